import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen, waitFor } from '@testing-library/react';
import { proxy, wrap } from 'comlink';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { routes } from '../routes';
import { clockState, FakePlatform, NOW, platformState } from '../testing/platform';
import { HELLO, type Proxies } from './wire';

const APP = 'http://127.0.0.1:4101';
const HOME = '/dashboard/site1/app/app1';
const CALLBACK = '__proxyCallbackId__wixSDK__';

type Call = (proxies: Proxies, args: unknown[]) => Promise<unknown>;

/** Stands for the window of the frame: the tests load no app. */
const WINDOW = {} as Window;

let ports: MessagePort[];
let visits: number;

beforeEach(() => {
  ports = [];
  visits = 0;
  vi.spyOn(HTMLIFrameElement.prototype, 'contentWindow', 'get').mockReturnValue(WINDOW);
  const state = platformState();
  const [site] = state.sites;
  if (site) site.install = { instanceId: 'inst1', installedAt: NOW, removed: false, plan: null };
  new FakePlatform()
    .on('GET state', () => ({ body: state }))
    .on('GET clock', { body: clockState() })
    .on('GET deliveries', { body: { deliveries: [] } })
    .on('GET sites/site1/app-frame', () => {
      visits += 1;
      return { body: { url: `${APP}/?instance=sig.visit${visits}` } };
    })
    .install();
});

afterEach(() => {
  for (const port of ports) port.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function openApp(rest = '') {
  const router = createMemoryRouter(routes, { initialEntries: [HOME + rest] });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  const frame = await screen.findByTestId<HTMLIFrameElement>('app-frame');
  const address = () => {
    const { pathname, search } = router.state.location;
    return pathname + search;
  };
  return { router, frame, address };
}

/** Says hello as a page of `origin` in `source` does, and answers how to call what it is given. */
function hello(origin: string, source: Window) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1);
  const event = new MessageEvent('message', { data: { code: HELLO }, origin, source });
  Object.defineProperty(event, 'ports', { value: [port2] });
  act(() => void window.dispatchEvent(event));
  const remote = wrap<Record<string, Call>>(port1) as unknown as Record<string, Call>;
  const navigate = (relativeUrl: string, history?: string) =>
    act(async () => {
      const args = [{ relativeUrl }, { history }];
      await remote.navigate?.(proxy({ callbacks: {}, promises: {} }), args);
    });
  const observe = async (seen: (pathname: string) => void) => {
    const callbacks: Proxies['callbacks'] = {
      1: (_, [params]) => {
        seen((params as { location: { pathname: string } }).location.pathname);
        return undefined;
      },
    };
    await remote.observeState?.(proxy({ callbacks, promises: {} }), [{ [CALLBACK]: 1 }]);
  };
  return { navigate, observe };
}

it('the address follows the app in its frame, which stays', async () => {
  const { router, frame, address } = await openApp();
  const app = hello(APP, WINDOW);
  await app.navigate('/history?kind=grant&instance=sig.data');
  await waitFor(() => expect(address()).toBe(`${HOME}/history?kind=grant`));
  await app.navigate('/history', 'replace');
  await waitFor(() => expect(address()).toBe(`${HOME}/history`));
  const seen: string[] = [];
  await app.observe((pathname) => seen.push(pathname));
  await act(() => router.navigate(-1));
  await waitFor(() => expect(seen).toEqual(['/history', '/']));
  expect(address()).toBe(HOME);
  expect(screen.getByTestId('app-frame')).toBe(frame);
  expect(visits).toBe(1);
});

it('a step of which the app does not want to hear opens it anew', async () => {
  const { router, address } = await openApp('/history');
  await hello(APP, WINDOW).navigate('/usage');
  await waitFor(() => expect(address()).toBe(`${HOME}/usage`));
  expect(visits).toBe(1);
  await act(() => router.navigate(-1));
  await waitFor(() => expect(visits).toBe(2));
  const opened = await screen.findByTestId('app-frame');
  expect(opened.getAttribute('src')).toBe(`${APP}/history?instance=sig.visit2`);
});

it.each([
  ['another origin in the frame', 'https://evil.example', true],
  ['another window of the app’s origin', APP, false],
])('%s is not heard', async (_name, origin, isFrame) => {
  const { address } = await openApp();
  const stranger = hello(origin, isFrame ? WINDOW : window);
  let isAnswered = false;
  void stranger.observe(() => {
    isAnswered = true;
  });
  // The app’s own hello comes later, and is answered: by then the stranger’s would have been.
  await hello(APP, WINDOW).navigate('/history');
  await waitFor(() => expect(address()).toBe(`${HOME}/history`));
  expect(isAnswered).toBe(false);
});

it.each(['//evil.example', '/../../home', '/%2e%2e/home', `/${'a'.repeat(3_000)}`])(
  'the app cannot lead the address to %s',
  async (relativeUrl) => {
    const { address } = await openApp();
    const app = hello(APP, WINDOW);
    await expect(app.navigate(relativeUrl)).rejects.toThrow('within the app’s own page');
    expect(address()).toBe(HOME);
  },
);
