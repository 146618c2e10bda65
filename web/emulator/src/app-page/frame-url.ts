/** Only a web address may go into the frame or become the place to go to after paying. */
export function isWebAddress(address: string, base = window.location.href): boolean {
  const { protocol } = URL.canParse(address, base) ? new URL(address, base) : { protocol: '' };
  return protocol === 'http:' || protocol === 'https:';
}

/**
 * When the instance token in the app's address runs out, in epoch milliseconds; null when there is no
 * readable token or it has no end. Read without verifying: it only decides whether to offer a reload.
 */
export function tokenExpiry(frameUrl: string): number | null {
  const token = URL.canParse(frameUrl) ? new URL(frameUrl).searchParams.get('instance') : null;
  const payload = token?.split('.')[1];
  if (!payload) return null;
  try {
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const claims: unknown = JSON.parse(text);
    if (typeof claims !== 'object' || claims === null || !('expirationDate' in claims)) return null;
    const expiry = Date.parse(String(claims.expirationDate));
    return Number.isNaN(expiry) ? null : expiry;
  } catch {
    return null;
  }
}
