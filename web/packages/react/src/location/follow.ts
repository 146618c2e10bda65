/** The address of the dashboard around the frame follows the app, and the app follows the dashboard's "Back". */
import { isDashboard } from './origin.js';
import { MAX_PLACE, type Place, pathOf, placeOf } from './place.js';
import { connect, type Told, type Wire } from './wire.js';

/** A dashboard that did not take a step by then does not follow. */
export const FOLLOW_LIMIT_MS = 5_000;

/** By then the dashboard has gone where the app asked the browser to go, if it has that in its history. */
export const STEP_LIMIT_MS = 700;

/** A step of the app, with what the router keeps of it. */
interface Entry {
  place: Place;
  state: unknown;
}

interface Awaited {
  place: Place;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Tells the dashboard at `origin` where the app is, whatever router it has, by Wix's own `navigate` and `observeState`.
 * The steps are the dashboard's: each is an entry of its address, which a reload, a bookmark and "Back" know. So those of
 * the frame replace one another, else the browser would have every step twice. Does nothing outside of a dashboard, where
 * the dashboard does not answer, and where it opened the app in a place of which the address cannot be told. Tokens and
 * what only the frame's address has are never sent. Returns what ends it.
 */
export function followAddress(page: Window, origin: string | null): () => void {
  if (page.parent === page || origin === null || !isDashboard(origin, page.location)) {
    return () => {};
  }
  const follower = new Follower(page, origin);
  return () => follower.end();
}

class Follower {
  private readonly page: Window;
  private readonly wire: Wire;
  private readonly opened: URL;
  private readonly pushNatively: History['pushState'];
  private readonly replaceNatively: History['replaceState'];
  private readonly goNatively: History['go'];
  /** The dashboard's name for the app's page; null as long as it has not said where that is, and after the end. */
  private pageId: string | null = null;
  private hidden: ReadonlySet<string> = new Set();
  private entries: Entry[] = [];
  private at = 0;
  private awaited: Awaited[] = [];
  private stepping: ReturnType<typeof setTimeout> | undefined;
  private isGoing = false;
  private isOver = false;

  constructor(page: Window, origin: string) {
    const { history } = page;
    this.page = page;
    this.opened = new URL(page.location.href);
    this.pushNatively = history.pushState;
    this.replaceNatively = history.replaceState;
    this.goNatively = history.go;
    history.go = this.step;
    history.pushState = this.push;
    history.replaceState = this.replace;
    page.addEventListener('popstate', this.onStep);
    this.wire = connect(page, origin, () => this.end());
    this.wire.observe((told) => this.hear(told));
  }

  /** From now on the frame's steps are its own again. */
  end(): void {
    this.isOver = true;
    this.pageId = null;
    for (const { timer } of this.awaited) clearTimeout(timer);
    this.awaited = [];
    clearTimeout(this.stepping);
    const { history } = this.page;
    // Whoever wraps them since then keeps functions that only pass on.
    if (history.pushState === this.push) history.pushState = this.pushNatively;
    if (history.replaceState === this.replace) history.replaceState = this.replaceNatively;
    if (history.go === this.step) history.go = this.goNatively;
    this.page.removeEventListener('popstate', this.onStep);
    this.wire.close();
  }

  private here(): Place {
    return placeOf(this.page.location, this.hidden);
  }

  private hear(told: Told): void {
    if (this.isOver) return;
    if (this.pageId === null) {
      this.begin(told);
      return;
    }
    const place = placeOf(told);
    const echo = this.awaited.findIndex((one) => one.place === place);
    const known = echo >= 0 ? echo : this.awaited.findIndex((one) => isNear(one.place, place));
    for (const { timer } of this.awaited.splice(0, known + 1)) clearTimeout(timer);
    if (known < 0 && place !== this.here()) this.show(this.entryOf(place));
  }

  private begin(told: Told): void {
    const path = pathOf(this.opened.pathname);
    if (path !== '/' && path !== pathOf(told.pathname)) {
      // The app's page stands at a path of its own, and the dashboard would put the next one behind it.
      this.end();
      return;
    }
    const shared = new URLSearchParams(told.search);
    const names = [...this.opened.searchParams.keys()].filter((name) => !shared.has(name));
    const place = placeOf(told);
    const first = placeOf(this.opened, new Set(names));
    this.hidden = new Set(names);
    this.pageId = told.pageId;
    const here = this.here();
    this.entries = [{ place: here, state: this.page.history.state }];
    if (here === place) return;
    if (here === first) this.show(this.entryOf(place));
    else this.tell(here, 'replace');
  }

  private readonly push: History['pushState'] = (state, unused, address) => {
    const { history } = this.page;
    const place = this.placeAt(address);
    if (place === null) return this.pushNatively.call(history, state, unused, address);
    clearTimeout(this.stepping);
    this.replaceNatively.call(history, state, unused, address);
    if (place === this.entries[this.at]?.place) {
      this.entries[this.at] = { place, state };
      return;
    }
    this.at += 1;
    this.entries = [...this.entries.slice(0, this.at), { place, state }];
    this.tell(place, 'push');
  };

  private readonly replace: History['replaceState'] = (state, unused, address) => {
    this.replaceNatively.call(this.page.history, state, unused, address);
    if (this.isGoing || this.pageId === null) return;
    clearTimeout(this.stepping);
    this.replaced(state);
  };

  /**
   * Steps are the dashboard's to take. Where the app comes back from a link of the dashboard, which a guard of unsaved
   * words held up, there is no such step: it becomes one more.
   */
  private readonly step: History['go'] = (delta = 0) => {
    clearTimeout(this.stepping);
    this.goNatively.call(this.page.history, delta);
    const index = this.at + delta;
    const wanted = this.entries[index]?.place;
    if (this.pageId === null || delta === 0 || wanted === undefined) return;
    this.stepping = setTimeout(() => {
      if (index === this.at || this.entries[index]?.place !== wanted) return;
      this.tell(wanted, 'push');
      this.show(index);
    }, STEP_LIMIT_MS);
  };

  private replaced(state: unknown): void {
    const place = this.here();
    const isNew = place !== this.entries[this.at]?.place;
    this.entries[this.at] = { place, state };
    if (isNew) this.tell(place, 'replace');
  }

  /** The browser's own steps: those from before the dashboard answered, and jumps within the page. */
  private readonly onStep = (): void => {
    if (!this.isGoing && this.pageId !== null) this.replaced(this.page.history.state);
  };

  private placeAt(address: string | URL | null | undefined): Place | null {
    if (this.pageId === null) return null;
    const url = new URL(address ?? '', this.page.location.href);
    const place = placeOf(url, this.hidden);
    return url.origin === this.page.location.origin && place.length <= MAX_PLACE ? place : null;
  }

  private tell(place: Place, history: 'push' | 'replace'): void {
    if (this.pageId === null || place.length > MAX_PLACE) return;
    const timer = setTimeout(() => this.end(), FOLLOW_LIMIT_MS);
    this.awaited.push({ place, timer });
    this.wire.navigate(this.pageId, place, history);
  }

  /** Shows what the dashboard went to, as if the browser had gone there. */
  private show(index: number): void {
    const { page } = this;
    const entry = this.entries[index];
    if (entry === undefined) return;
    this.at = index;
    this.isGoing = true;
    try {
      page.history.replaceState(entry.state, '', entry.place);
    } finally {
      this.isGoing = false;
    }
    const { state } = page.history;
    page.dispatchEvent(new PopStateEvent('popstate', { state }));
  }

  /** The step of a place, the nearest before any other; one of which only the dashboard knows is from before a reload. */
  private entryOf(place: Place): number {
    const order = [this.at - 1, this.at + 1, ...this.entries.keys()];
    const known = order.find((index) => this.entries[index]?.place === place);
    if (known !== undefined) return known;
    this.entries.splice(this.at, 0, { place, state: before(this.entries[this.at]?.state) });
    return this.at;
  }
}

/** The dashboard may write a search in its own way. */
function isNear(one: Place, other: Place): boolean {
  const [path] = one.split(/[?#]/);
  const [otherPath] = other.split(/[?#]/);
  return path === otherPath;
}

/** React Router numbers its steps, and so knows how far one is. */
function before(state: unknown): unknown {
  if (typeof state !== 'object' || state === null || !('idx' in state)) return null;
  return typeof state.idx === 'number' ? { idx: state.idx - 1 } : null;
}
