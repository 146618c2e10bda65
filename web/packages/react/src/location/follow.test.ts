import { provideSDKApi } from '@wix/dashboard/provider';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepFrame, readFrame } from '../context/frame.js';
import { FOLLOW_LIMIT_MS, followAddress, STEP_LIMIT_MS } from './follow.js';

const ORIGIN = 'http://127.0.0.1:4100';
const PAGE = 'app1';

interface Place {
  pathname: string;
  search: string;
  hash: string;
}

type Observer = (params: unknown, environment: unknown) => void;

/** The dashboard as Wix's own package serves it, with an address of its own. */
class Dashboard {
  readonly hellos: { origin: string; data: unknown }[] = [];
  readonly steps: string[] = [];
  private readonly ports: MessagePort[] = [];
  private readonly observers: Observer[] = [];
  place: Place;
  follows = true;

  constructor(address = '/') {
    this.place = this.parse(address);
    vi.spyOn(window, 'parent', 'get').mockReturnValue({
      postMessage: (data: unknown, origin: string, [port]: MessagePort[]) => {
        this.hellos.push({ origin, data });
        if (port) this.serve(port);
      },
    } as unknown as Window);
  }

  private parse(address: string): Place {
    const { pathname, search, hash } = new URL(address, 'http://place/');
    return { pathname, search, hash };
  }

  private serve(port: MessagePort): void {
    this.ports.push(port);
    const api = {
      observeState: (observer: Observer) => {
        this.observers.push(observer);
        this.tell(observer);
        return { disconnect: () => {} };
      },
      navigate: (to: { pageId: string; relativeUrl: string }, { history }: { history: string }) => {
        this.steps.push(`${history} ${to.relativeUrl}`);
        expect(to.pageId).toBe(PAGE);
        if (this.follows) this.go(to.relativeUrl);
      },
    };
    provideSDKApi({ api, port } as unknown as Parameters<typeof provideSDKApi>[0]);
  }

  private tell(observer: Observer): void {
    observer({ location: { pageId: PAGE, ...this.place } }, { language: 'en' });
  }

  go(address: string): void {
    this.place = this.parse(address);
    for (const observer of this.observers) this.tell(observer);
  }

  close(): void {
    for (const port of this.ports) port.close();
  }
}

let dashboard: Dashboard;
let end = () => {};
let stepsOfBrowser: unknown[] = [];
const onStep = ({ state }: PopStateEvent) => stepsOfBrowser.push(state);
const here = () => window.location.pathname + window.location.search + window.location.hash;
const pause = (ms = 60) => new Promise((resolve) => setTimeout(resolve, ms));

function open(address: string, around = '/'): void {
  window.history.replaceState({ idx: 0 }, '', address);
  dashboard = new Dashboard(around);
  end = followAddress(window, ORIGIN);
}

/** The dashboard has told where it is, and the app has heard it. */
async function connected(): Promise<void> {
  await vi.waitFor(() => expect(dashboard.hellos).toHaveLength(1));
  await pause();
}

beforeEach(() => {
  stepsOfBrowser = [];
  window.addEventListener('popstate', onStep);
});

afterEach(() => {
  end();
  dashboard?.close();
  window.removeEventListener('popstate', onStep);
  vi.restoreAllMocks();
  window.history.replaceState(null, '', '/');
});

describe('followAddress', () => {
  it('says_hello_to_the_dashboard_alone_and_sends_no_token', async () => {
    open('/?instance=sig.data&locale=de&origin=x');
    await connected();
    const [hello] = dashboard.hellos;
    expect(hello?.origin).toBe(ORIGIN);
    expect(hello?.data).toMatchObject({ code: 'wix-sdk-bo-hello-handshake', version: '1.0.0' });
    window.history.pushState({ idx: 1 }, '', '/history?kind=grant&instance=sig.data');
    await vi.waitFor(() => expect(dashboard.steps).toEqual(['push /history?kind=grant']));
  });

  it.each([
    ['no_origin', null],
    ['a_foreign_one', 'https://evil.example'],
  ])('says_nothing_with_%s', async (_name, origin) => {
    dashboard = new Dashboard();
    end = followAddress(window, origin);
    await pause();
    expect(dashboard.hellos).toEqual([]);
  });

  it('says_nothing_outside_of_a_frame', () => {
    const { pushState } = window.history;
    end = followAddress(window, ORIGIN);
    expect(window.history.pushState).toBe(pushState);
  });

  it('makes_a_step_of_the_app_one_of_the_dashboard_instead_of_the_frame', async () => {
    open('/');
    await connected();
    const { length } = window.history;
    window.history.pushState({ idx: 1 }, '', '/history');
    window.history.replaceState({ idx: 1 }, '', '/history?kind=grant');
    await vi.waitFor(() =>
      expect(dashboard.steps).toEqual(['push /history', 'replace /history?kind=grant']),
    );
    expect(here()).toBe('/history?kind=grant');
    expect(window.history.state).toEqual({ idx: 1 });
    expect(window.history.length).toBe(length);
    expect(stepsOfBrowser).toEqual([]);
  });

  it('goes_where_the_dashboard_goes_with_what_the_router_kept_of_it', async () => {
    open('/');
    await connected();
    window.history.pushState({ idx: 1, usr: 'one' }, '', '/plans');
    window.history.pushState({ idx: 2 }, '', '/history');
    await vi.waitFor(() => expect(dashboard.steps).toHaveLength(2));
    await pause();
    dashboard.go('/plans');
    await vi.waitFor(() => expect(here()).toBe('/plans'));
    expect(window.history.state).toEqual({ idx: 1, usr: 'one' });
    dashboard.go('/');
    await vi.waitFor(() => expect(here()).toBe('/'));
    dashboard.go('/plans');
    await vi.waitFor(() => expect(here()).toBe('/plans'));
    expect(stepsOfBrowser).toEqual([{ idx: 1, usr: 'one' }, { idx: 0 }, { idx: 1, usr: 'one' }]);
    expect(dashboard.steps).toHaveLength(2);
  });

  it('takes_a_place_it_never_saw_for_one_from_before_a_reload', async () => {
    open('/history', '/history');
    await connected();
    dashboard.go('/usage?days=7');
    await vi.waitFor(() => expect(here()).toBe('/usage?days=7'));
    expect(window.history.state).toEqual({ idx: -1 });
    dashboard.go('/history');
    await vi.waitFor(() => expect(window.history.state).toEqual({ idx: 0 }));
  });

  it.each(['//evil.example/x', '/\\evil.example'])(
    'never_leaves_the_origin_for_%s',
    async (address) => {
      open('/');
      await connected();
      dashboard.place = { pathname: address, search: '', hash: '' };
      dashboard.go = Dashboard.prototype.go;
      const { origin } = window.location;
      vi.spyOn(dashboard as unknown as { parse(): Place }, 'parse').mockReturnValue({
        pathname: address,
        search: '',
        hash: '',
      });
      dashboard.go(address);
      await pause();
      expect(window.location.origin).toBe(origin);
      expect(here()).toMatch(/^\/evil\.example/);
    },
  );

  it('opens_the_place_that_the_dashboard_did_not_pass_on', async () => {
    open('/?locale=de', '/history?kind=grant');
    await connected();
    expect(here()).toBe('/history?kind=grant');
    expect(stepsOfBrowser).toHaveLength(1);
    expect(dashboard.steps).toEqual([]);
  });

  it('tells_of_the_steps_from_before_the_dashboard_answered', async () => {
    open('/?locale=de');
    window.history.pushState({ idx: 1 }, '', '/plans');
    await connected();
    expect(dashboard.steps).toEqual(['replace /plans']);
  });

  it('keeps_the_parameters_that_the_dashboard_has_in_its_address', async () => {
    open('/?locale=de&payment=success&checkout=chk_1', '/?payment=success&checkout=chk_1');
    await connected();
    expect(dashboard.steps).toEqual([]);
    window.history.replaceState(null, '', '/');
    await vi.waitFor(() => expect(dashboard.steps).toEqual(['replace /']));
  });

  it('does_not_follow_where_the_app_stands_at_a_path_of_its_own', async () => {
    open('/plans', '/');
    await connected();
    const { length } = window.history;
    window.history.pushState(null, '', '/history');
    await pause();
    expect(dashboard.steps).toEqual([]);
    expect(window.history.length).toBe(length + 1);
  });

  it('gives_up_when_the_dashboard_does_not_take_a_step', async () => {
    open('/');
    await connected();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    dashboard.follows = false;
    window.history.pushState(null, '', '/plans');
    vi.advanceTimersByTime(FOLLOW_LIMIT_MS);
    vi.useRealTimers();
    await pause();
    const { length } = window.history;
    window.history.pushState(null, '', '/history');
    expect(window.history.length).toBe(length + 1);
    expect(dashboard.steps).toEqual(['push /plans']);
  });

  it('makes_a_step_of_its_own_where_the_dashboard_has_none_to_go_back_to', async () => {
    open('/');
    await connected();
    window.history.pushState({ idx: 1 }, '', '/compose');
    await vi.waitFor(() => expect(dashboard.steps).toEqual(['push /compose']));
    await pause();
    // A link of the dashboard leads to the first page, and a guard of the app wants to stay.
    window.addEventListener('popstate', () => window.history.go(1), { once: true });
    dashboard.go('/');
    await vi.waitFor(() => expect(here()).toBe('/'));
    await vi.waitFor(() => expect(dashboard.steps).toEqual(['push /compose', 'push /compose']), {
      timeout: 4 * STEP_LIMIT_MS,
    });
    expect(here()).toBe('/compose');
    expect(window.history.state).toEqual({ idx: 1 });
  });

  it('does_not_tell_of_an_endless_address', async () => {
    open('/');
    await connected();
    window.history.pushState(null, '', `/history?x=${'a'.repeat(3_000)}`);
    await pause();
    expect(dashboard.steps).toEqual([]);
  });

  it('leaves_the_token_of_each_entry_where_it_is', async () => {
    open('/?instance=sig.data');
    const endFrame = keepFrame(window, readFrame(window));
    await connected();
    window.history.pushState({ idx: 1 }, '', '/plans');
    await vi.waitFor(() => expect(dashboard.steps).toEqual(['push /plans']));
    await pause();
    dashboard.go('/');
    await vi.waitFor(() => expect(here()).toBe('/'));
    expect(readFrame(window).token).toBe('sig.data');
    endFrame();
  });
});
