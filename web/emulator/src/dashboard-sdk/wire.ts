/**
 * The wire of Wix's dashboard SDK, from the parent's side (wix-protocol §9): comlink over a message port, with functions
 * and promises lifted out of the arguments and answers. Wix's own parent side is not free to ship.
 * comlink is held at the version of Wix's package: later ones write the kinds of messages as words, not as numbers.
 */
import { expose, proxy } from 'comlink';

/** What the page in the frame posts to its parent, with a port. */
export const HELLO = 'wix-sdk-bo-hello-handshake';

const CALLBACK = '__proxyCallbackId__wixSDK__';
const PROMISE = '__proxyPromiseId__wixSDK__';

type Callback = (...args: unknown[]) => unknown;

/** What cannot be cloned, by the number that stands in its place. */
export interface Proxies {
  callbacks: Record<number, (inner: Proxies, args: unknown[]) => unknown>;
  promises: Record<number, unknown>;
}

export interface Answer {
  proxies: Proxies;
  clonables: unknown;
}

export type Api = Record<string, Callback>;

let lastId = 0;

function nothing(): Proxies {
  return { callbacks: {}, promises: {} };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Replaces functions and promises by marks. */
function lift(value: unknown, proxies: Proxies): unknown {
  if (value instanceof Promise || typeof value === 'function') {
    lastId += 1;
    if (value instanceof Promise) {
      proxies.promises[lastId] = value;
      return { [PROMISE]: lastId };
    }
    const call = value as Callback;
    proxies.callbacks[lastId] = (inner, args) =>
      answer(call(...args.map((arg) => put(arg, inner))));
    return { [CALLBACK]: lastId };
  }
  if (Array.isArray(value)) return value.map((item) => lift(item, proxies));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, lift(item, proxies)]),
  );
}

/** Puts functions and promises back in the places of their marks. */
function put(value: unknown, proxies: Proxies): unknown {
  if (Array.isArray(value)) return value.map((item) => put(item, proxies));
  if (!isRecord(value)) return value;
  const { [CALLBACK]: callback, [PROMISE]: promise } = value;
  if (typeof promise === 'number') return proxies.promises[promise];
  if (typeof callback === 'number') {
    return (...args: unknown[]) => {
      const inner = nothing();
      const sent = args.map((arg) => lift(arg, inner));
      return proxies.callbacks[callback]?.(proxy(inner), sent);
    };
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, put(item, proxies)]),
  );
}

async function answer(result: unknown): Promise<Answer> {
  const proxies = nothing();
  const clonables = lift(await result, proxies);
  return proxy({ proxies, clonables });
}

/** Answers the calls that come through a port; a call of something else fails with a sentence for the app's developer. */
export function serve(api: Api, port: MessagePort): void {
  const methods = new Proxy(api, {
    get(known, name) {
      const method = typeof name === 'string' && Object.hasOwn(known, name) ? known[name] : null;
      return (proxies: Proxies, args: unknown[] = []) => {
        if (!method) throw new Error(`The local platform does not offer ${String(name)}().`);
        return answer(method(...args.map((arg) => put(arg, proxies))));
      };
    },
  });
  expose(methods, port);
}
