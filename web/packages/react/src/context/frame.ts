/** What Wix puts into the address of the app's iframe. */
export interface Frame {
  /** Signed instance token; null when the page was not opened by Wix. */
  token: string | null;
  locale: string | null;
  /** Origin of the Wix dashboard around the frame. */
  origin: string | null;
  siteUrl: string | null;
  viewMode: string | null;
}

const HISTORY_KEY = 'wixapp';

/**
 * Reads the frame's address once and takes the token out of it.
 *
 * The token is held in memory. Its only other copy is the state of the session-history entry, which is
 * where the browser already keeps the address it arrived in: reloading just the frame and coming back
 * from the checkout page with "Back" load that entry again, without asking the dashboard for a new
 * address. It is never in Web Storage, a cookie or a referrer.
 */
export function readFrame(page: Window): Frame {
  const url = new URL(page.location.href);
  const token = url.searchParams.get('instance');
  const remembered = recall(page.history.state);
  if (token === null && remembered !== null) return remembered;

  const frame: Frame = {
    token: token === '' ? null : token,
    locale: url.searchParams.get('locale'),
    origin: url.searchParams.get('origin'),
    siteUrl: url.searchParams.get('siteUrl'),
    viewMode: url.searchParams.get('viewMode'),
  };
  url.searchParams.delete('instance');
  remember(page, frame, url.pathname + url.search + url.hash);
  return frame;
}

/**
 * From now on every entry that in-app navigation makes has its copy, from its first moment: a reload may come before
 * the new page is shown. Routers write their own state, so what they write is added to. Returns what ends it.
 */
export function keepFrame(page: Window, frame: Frame): () => void {
  if (frame.token === null) return () => {};
  const { history } = page;
  const { pushState, replaceState } = history;
  history.pushState = (state, unused, address) =>
    pushState.call(history, withFrame(state, frame), unused, address);
  history.replaceState = (state, unused, address) =>
    replaceState.call(history, withFrame(state, frame), unused, address);
  return () => {
    history.pushState = pushState;
    history.replaceState = replaceState;
  };
}

function remember(page: Window, frame: Frame, address: string): void {
  page.history.replaceState(withFrame(page.history.state, frame), '', address);
}

function withFrame(state: unknown, frame: Frame): object {
  const kept = typeof state === 'object' && state !== null ? state : {};
  return { ...kept, [HISTORY_KEY]: frame };
}

function recall(state: unknown): Frame | null {
  if (typeof state !== 'object' || state === null || !(HISTORY_KEY in state)) return null;
  const frame = state[HISTORY_KEY];
  if (typeof frame !== 'object' || frame === null) return null;
  const text = (name: string): string | null => {
    const value: unknown = (frame as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : null;
  };
  if (text('token') === null) return null;
  return {
    token: text('token'),
    locale: text('locale'),
    origin: text('origin'),
    siteUrl: text('siteUrl'),
    viewMode: text('viewMode'),
  };
}
