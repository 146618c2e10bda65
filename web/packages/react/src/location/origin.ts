/** Wix's own rule for the dashboard's origin, as its SDK has it. */
const WIX = /^https:\/\/(?:[a-z0-9-]+\.)?manage\.wix\.com$/;

const LOOPBACK = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a page of this origin may be told where the app is: Wix's dashboard, or the local platform, which is on this
 * machine or on the app's own one. The server's `frame-ancestors` says who may frame the page at all.
 */
export function isDashboard(origin: string, page: Pick<Location, 'hostname'>): boolean {
  if (WIX.test(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  const isNear = LOOPBACK.test(url.hostname) || url.hostname === page.hostname;
  return isWeb && isNear && url.origin === origin;
}
