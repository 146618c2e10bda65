// @vitest-environment node
import { proxy, releaseProxy, wrap } from 'comlink';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DashboardHost } from './host';
import { type Answer, type Proxies, serve } from './wire';

type Call = (proxies: Proxies, args: unknown[]) => Promise<Answer>;

const CALLBACK = '__proxyCallbackId__wixSDK__';

let ports: MessagePort[] = [];
let titles: string[] = [];
let steps: string[] = [];

/** The app's side of the wire, as Wix's package speaks it. */
function connect() {
  titles = [];
  steps = [];
  const host = new DashboardHost({
    pageId: 'app1',
    language: 'de',
    pageUrl: 'http://platform.test/dashboard/site1/app/app1',
    place: { pathname: '/', search: '', hash: '' },
    goTo: ({ pathname, search }, history) => steps.push(`${history} ${pathname}${search}`),
    getAccessToken: () => Promise.resolve('OauthNG.JWS.a.b.c'),
    goBack: () => titles.push('back'),
    setTitle: (title) => titles.push(title),
  });
  const { port1, port2 } = new MessageChannel();
  ports = [port1, port2];
  serve(host.api(), port1);
  const remote = wrap<Record<string, Call>>(port2);
  const callbacks: Proxies['callbacks'] = {};
  const call = async (name: string, ...args: unknown[]) => {
    const sent = args.map((arg, index) => {
      if (typeof arg !== 'function') return arg;
      callbacks[index] = (_, inner) => proxy({ proxies: {}, clonables: arg(...inner) });
      return { [CALLBACK]: index };
    });
    const method = (remote as unknown as Record<string, Call>)[name] as Call;
    const answer = await method(proxy({ callbacks, promises: {} }), sent);
    return { answer, value: await answer.clonables };
  };
  return { host, call, release: () => remote[releaseProxy]() };
}

afterEach(() => {
  for (const port of ports) port.close();
});

describe('the dashboard SDK’s parent', () => {
  it('gives a token', async () => {
    const { call } = connect();
    expect((await call('getAccessToken')).value).toBe('OauthNG.JWS.a.b.c');
  });

  it('shows a toast until it is removed', async () => {
    const { host, call } = connect();
    const { answer, value } = await call('showToast', { message: 'Saved', type: 'success' });
    expect(host.snapshot().toasts).toMatchObject([
      { message: 'Saved', type: 'success', stays: false },
    ]);
    const { remove } = value as { remove: Record<string, number> };
    await answer.proxies.callbacks[remove[CALLBACK] ?? -1]?.(
      proxy({ callbacks: {}, promises: {} }) as Proxies,
      [],
    );
    expect(host.snapshot().toasts).toEqual([]);
  });

  it('keeps the newest five toasts and refuses one without a message', async () => {
    const { host, call } = connect();
    for (let n = 0; n < 7; n += 1) await call('showToast', { message: `${n}` });
    expect(host.snapshot().toasts.map(({ message }) => message)).toEqual(['2', '3', '4', '5', '6']);
    await expect(call('showToast', {})).rejects.toThrow('needs a `message`');
  });

  it('runs the action of a toast in the app', async () => {
    const { host } = connect();
    const onClick = vi.fn();
    const action = { text: 'Undo', onClick, removeToastOnClick: true };
    host.api().showToast?.({ message: 'Deleted', action, timeout: 'none' });
    const [toast] = host.snapshot().toasts;
    expect(toast?.stays).toBe(true);
    toast?.action?.run();
    expect(onClick).toHaveBeenCalledOnce();
    expect(host.snapshot().toasts).toEqual([]);
  });

  it('resolves a modal with its result, once, and tells the layers', async () => {
    const { host } = connect();
    const layers: unknown[] = [];
    host.api().onLayerStateChange?.((state: unknown) => layers.push(state));
    const opened = host.api().openModal?.('m1', { a: 1 }) as { modalClosed: Promise<unknown> };
    expect(host.snapshot().modal).toMatchObject({ modalId: 'm1', params: { a: 1 } });
    host.snapshot().modal?.close({ picked: 7 });
    expect(await opened.modalClosed).toEqual({ picked: 7 });
    expect(host.snapshot().modal).toBeNull();
    await vi.waitFor(() => expect(layers).toEqual(['background', 'foreground']));
  });

  it('tells where the app is, at once and after a navigation', async () => {
    const { call } = connect();
    const seen: { location: { pathname: string; search: string } }[] = [];
    await call('observeState', (params: { location: { pathname: string; search: string } }) =>
      seen.push(params),
    );
    await call('navigate', { relativeUrl: '/posts?page=2' });
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    expect(seen[0]?.location.pathname).toBe('/');
    expect(seen[1]?.location).toMatchObject({
      pageId: 'app1',
      pathname: '/posts',
      search: '?page=2',
    });
  });

  it('has the address follow the app, as a new step or in place of the last', async () => {
    const { call } = connect();
    await call('navigate', { pageId: 'app1', relativeUrl: '/posts?page=2' });
    await call(
      'navigate',
      { relativeUrl: '/posts?page=3&instance=sig.data' },
      { history: 'replace' },
    );
    await call('navigate', { relativeUrl: '/posts?page=3' });
    expect(steps).toEqual(['push /posts?page=2', 'replace /posts?page=3']);
    for (const relativeUrl of ['//evil.example', '/../x', `/${'a'.repeat(3_000)}`]) {
      await expect(call('navigate', { relativeUrl })).rejects.toThrow('within the app’s own page');
    }
    expect(steps).toHaveLength(2);
  });

  it('tells the app of a step of the dashboard, if there is somebody to tell', async () => {
    const { host, call } = connect();
    const history = { pathname: '/history', search: '', hash: '' };
    expect(host.moved(history)).toBe(false);
    const seen: string[] = [];
    await call('observeState', (params: { location: { pathname: string } }) =>
      seen.push(params.location.pathname),
    );
    expect(host.moved(history)).toBe(true);
    await vi.waitFor(() => expect(seen).toEqual(['/', '/history']));
    expect(host.moved(history)).toBe(true);
    expect(steps).toEqual([]);
  });

  it('names what it does not have', async () => {
    const { call } = connect();
    await expect(call('navigate', 'another-page')).rejects.toThrow('has no page another-page');
    await expect(call('openMediaManager')).rejects.toThrow('does not offer openMediaManager()');
    await expect(call('constructor')).rejects.toThrow('does not offer constructor()');
  });

  it('takes heights, titles and addresses only in their bounds', async () => {
    const { host, call } = connect();
    await call('updateHeight', 640.2);
    expect(host.snapshot().height).toBe(641);
    await call('updateHeight', 1e9);
    expect(host.snapshot().height).toBe(20_000);
    await call('updateHeight', Number.NaN);
    expect(host.snapshot().height).toBeNull();
    await call('setPageTitle', 'Posts');
    await call('navigateBack');
    expect(titles).toEqual(['Posts', 'back']);
    const { value } = await call('getPageUrl', { relativeUrl: '/x?a=1' });
    expect(value).toBe('http://platform.test/dashboard/site1/app/app1/x?a=1');
    await expect(call('getPageUrl', { relativeUrl: '//evil.example' })).rejects.toThrow();
  });
});
