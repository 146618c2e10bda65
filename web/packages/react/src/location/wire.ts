/**
 * The app's side of the wire of Wix's dashboard SDK (wix-protocol §9), as far as the address needs it: comlink's messages
 * over a port that the dashboard was given, with functions lifted out of the arguments. Wix's package is not free to ship.
 */

/** What is posted to the dashboard, with a port. */
export const HELLO = 'wix-sdk-bo-hello-handshake';

const VERSION = '1.0.0';
const CALLBACK = '__proxyCallbackId__wixSDK__';
const OBSERVER = 1;

/** The kinds of messages and values, by the numbers of comlink 4.3. */
const APPLY = 2;
const RAW = 0;
const HANDLER = 3;

/** Where the dashboard says that the app is. */
export interface Told {
  pageId: string;
  pathname: string;
  search: string;
  hash: string;
}

export interface Wire {
  /** Tells at once and from then on, each time that the place changes. */
  observe(observer: (told: Told) => void): void;
  navigate(pageId: string, relativeUrl: string, history: 'push' | 'replace'): void;
  close(): void;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function closePort(value: unknown): void {
  if (value instanceof MessagePort) value.close();
}

/** The first argument of a call: an object of functions that the other side calls through a port of its own. */
function lift(run: (args: readonly unknown[]) => void): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!isRecord(data)) return;
    const { id, type, path, argumentList } = data;
    const isCall = type === APPLY && Array.isArray(path) && path[0] === 'callbacks';
    const [inner, args] = Array.isArray(argumentList) ? argumentList : [];
    // The functions among these arguments; there are none that the address needs.
    if (isRecord(inner)) closePort(inner.value);
    if (isCall && isRecord(args) && Array.isArray(args.value)) run(args.value);
    port1.postMessage({ id, type: RAW, value: undefined });
  };
  return port2;
}

function toTold(params: unknown): Told | null {
  if (!isRecord(params) || !isRecord(params.location)) return null;
  const { pageId, pathname, search, hash } = params.location;
  if (typeof pageId !== 'string') return null;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { pageId, pathname: text(pathname), search: text(search), hash: text(hash) };
}

/**
 * Says hello to the page around this one, and to nobody but `origin`. `onRefused` hears of a call that failed there;
 * a page that knows nothing of the SDK never answers.
 */
export function connect(page: Window, origin: string, onRefused: () => void): Wire {
  const { port1: port, port2 } = new MessageChannel();
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!isRecord(data) || data.type !== HANDLER) return;
    // What else comes back is a port to ask for the answer, which nobody needs here.
    closePort(data.value);
    if (data.name === 'throw') onRefused();
  };
  let calls = 0;
  const call = (method: string, args: unknown[], run: (args: readonly unknown[]) => void) => {
    calls += 1;
    const lifted = lift(run);
    const argumentList = [
      { type: HANDLER, name: 'proxy', value: lifted },
      { type: RAW, value: args },
    ];
    port.postMessage({ id: `${calls}`, type: APPLY, path: [method], argumentList }, [lifted]);
  };
  page.parent.postMessage({ code: HELLO, version: VERSION, port: port2 }, origin, [port2]);
  return {
    observe: (observer) =>
      call('observeState', [{ [CALLBACK]: OBSERVER }], ([params]) => {
        const told = toTold(params);
        if (told) observer(told);
      }),
    navigate: (pageId, relativeUrl, history) =>
      call('navigate', [{ pageId, relativeUrl }, { history }], () => {}),
    close: () => port.close(),
  };
}
