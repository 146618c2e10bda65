/** A dashboard that does not answer is none: outside of Wix the SDK waits for one for ever. */
export const ASK_LIMIT_MS = 10_000;

export interface RenewalOptions {
  fetch: typeof fetch;
  /** Asks the dashboard for a fresh token; rejects when there is none to be had. */
  ask: () => Promise<string>;
  onToken(token: string): void;
  /** The headers that carry the token which is now valid. */
  authorization(): Record<string, string>;
}

/**
 * A `fetch` that answers a refused token by asking for a new one and sending the call once more. Many calls that are
 * refused at the same moment share one question. When there is no new token the refusal is passed on.
 */
export function renewingFetch({
  fetch,
  ask,
  onToken,
  authorization,
}: RenewalOptions): typeof fetch {
  let asking: Promise<boolean> | null = null;
  const renew = () => {
    asking ??= inTime(ask())
      .then(
        (token) => {
          if (token !== '') onToken(token);
          return token !== '';
        },
        () => false,
      )
      .finally(() => {
        asking = null;
      });
    return asking;
  };
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.status !== 401 || !(await renew())) return response;
    const headers = { ...(init?.headers as Record<string, string>), ...authorization() };
    return fetch(input, { ...init, headers });
  };
}

function inTime(answer: Promise<string>): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(''), ASK_LIMIT_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
