/** What the dashboard does for the app in its frame: tokens, toasts, modals, places and heights. */
import { addressOf, isSame, type Place, parsePlace } from '../app-page/place';
import type { Api } from './wire';

export type ToastType = 'standard' | 'success' | 'warning' | 'error';

export interface Toast {
  id: number;
  message: string;
  type: ToastType;
  stays: boolean;
  action: { text: string; run: () => void } | null;
  close: () => void;
}

export interface Modal {
  modalId: string;
  params: unknown;
  close: (result?: unknown) => void;
}

/** What the dashboard shows for the app besides its frame. */
export interface Shown {
  toasts: readonly Toast[];
  modal: Modal | null;
  /** How high the app's page is, where it says so. */
  height: number | null;
}

interface Surroundings {
  pageId: string;
  language: string;
  /** The address of the app's page in the dashboard. */
  pageUrl: string;
  /** Where the frame was opened. */
  place: Place;
  /** Has the address of the dashboard follow the app. */
  goTo: (place: Place, history: 'push' | 'replace') => void;
  getAccessToken: () => Promise<string>;
  goBack: () => void;
  setTitle: (title: string) => void;
}

type Observer = (params: unknown, environment: unknown) => unknown;
type LayerObserver = (state: 'background' | 'foreground') => unknown;

/** A page that reports more does not make the dashboard endless. */
const MAX_HEIGHT = 20_000;
const MAX_TOASTS = 5;
const TYPES: readonly string[] = ['standard', 'success', 'warning', 'error'];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function asCallback(value: unknown): (...args: unknown[]) => unknown {
  return typeof value === 'function' ? (value as (...args: unknown[]) => unknown) : () => undefined;
}

/** A call into the frame; the frame may be gone by now. */
function tell(call: () => unknown): void {
  void (async () => call())().catch(() => undefined);
}

export class DashboardHost {
  private shown: Shown = { toasts: [], modal: null, height: null };
  private place: Place;
  private readonly listeners = new Set<() => void>();
  private readonly observers = new Set<Observer>();
  private readonly layers = new Set<LayerObserver>();
  private lastId = 0;

  private readonly around: Surroundings;

  constructor(around: Surroundings) {
    this.around = around;
    this.place = around.place;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Shown => this.shown;

  private show(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
    for (const listener of this.listeners) listener();
  }

  private showToast(config: unknown): { remove: () => void } {
    if (!isRecord(config) || typeof config.message !== 'string') {
      throw new Error('showToast() needs a `message`.');
    }
    const { message, type, timeout, action, onCloseClick, onToastSeen } = config;
    this.lastId += 1;
    const id = this.lastId;
    const remove = () => this.show({ toasts: this.shown.toasts.filter((one) => one.id !== id) });
    const run = isRecord(action) && typeof action.text === 'string' ? action : null;
    const toast: Toast = {
      id,
      message: message.slice(0, 500),
      type: TYPES.includes(String(type)) ? (type as ToastType) : 'standard',
      stays: timeout === 'none',
      action: run && {
        text: String(run.text).slice(0, 80),
        run: () => {
          tell(() => asCallback(run.onClick)());
          if (run.removeToastOnClick === true) remove();
        },
      },
      close: () => {
        remove();
        tell(() => asCallback(onCloseClick)());
      },
    };
    this.show({ toasts: [...this.shown.toasts, toast].slice(-MAX_TOASTS) });
    tell(() => asCallback(onToastSeen)());
    return { remove };
  }

  private openModal(modalId: unknown, params: unknown): { modalClosed: Promise<unknown> } {
    if (typeof modalId !== 'string') throw new Error('openModal() needs a `modalId`.');
    this.shown.modal?.close();
    const modalClosed = new Promise<unknown>((resolve) => {
      const close = (result?: unknown) => {
        if (this.shown.modal?.close !== close) return;
        this.show({ modal: null });
        this.tellLayers('foreground');
        resolve(result);
      };
      this.show({ modal: { modalId, params, close } });
    });
    this.tellLayers('background');
    return { modalClosed };
  }

  private navigate(destination: unknown, options: unknown): void {
    const { pageId } = this.around;
    const target = isRecord(destination) ? destination : { pageId: destination };
    const wanted = target.pageId ?? pageId;
    if (wanted !== pageId) {
      throw new Error(
        `The local platform has no page ${String(wanted)}: the app's own is ${pageId}.`,
      );
    }
    const place = parsePlace(target.relativeUrl);
    const isReplacing = isRecord(options) && options.history === 'replace';
    if (!isSame(place, this.place)) this.around.goTo(place, isReplacing ? 'replace' : 'push');
    this.place = place;
    for (const observer of this.observers) this.tellState(observer);
  }

  /** The dashboard is at another place of the app: by "Back", say. False when nobody in the frame wants to know. */
  moved(place: Place): boolean {
    if (isSame(place, this.place)) return true;
    if (this.observers.size === 0) return false;
    this.place = place;
    for (const observer of this.observers) this.tellState(observer);
    return true;
  }

  private tellState(observer: Observer): void {
    const { pageId, language } = this.around;
    const location = { pageId, ...this.place };
    const environment = { locale: language, language, pageLocation: location, embedded: true };
    tell(() => observer({ location, displayMode: 'main' }, environment));
  }

  private tellLayers(state: 'background' | 'foreground'): void {
    for (const layer of this.layers) tell(() => layer(state));
  }

  private pageUrl(destination: unknown): string {
    const target = isRecord(destination) ? destination : {};
    return `${this.around.pageUrl}${addressOf(parsePlace(target.relativeUrl))}`;
  }

  /** The calls the app can make. */
  api(): Api {
    return {
      getAccessToken: () => this.around.getAccessToken(),
      showToast: (config) => this.showToast(config),
      openModal: (modalId, params) => this.openModal(modalId, params),
      closeModal: (result) => this.shown.modal?.close(result),
      navigate: (destination, options) => this.navigate(destination, options),
      navigateBack: () => this.around.goBack(),
      getPageUrl: (destination) => this.pageUrl(destination),
      setPageTitle: (title) => this.around.setTitle(String(title ?? '').slice(0, 200)),
      updateHeight: (height) => {
        const known = typeof height === 'number' && height > 0;
        this.show({ height: known ? Math.min(Math.ceil(height), MAX_HEIGHT) : null });
      },
      observeState: (observer) => {
        const watch = asCallback(observer);
        this.observers.add(watch);
        this.tellState(watch);
        return { disconnect: () => void this.observers.delete(watch) };
      },
      onLayerStateChange: (observer) => {
        const watch = asCallback(observer);
        this.layers.add(watch);
        return { remove: () => void this.layers.delete(watch) };
      },
      // The frame asks by itself before it is left; the dashboard has nothing of its own to ask.
      onBeforeUnload: () => ({ remove: () => undefined }),
    };
  }
}
