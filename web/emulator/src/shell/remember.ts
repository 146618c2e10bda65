const KEY = 'local-platform.site';

/** Storage can be refused by the browser's settings; the choice is then simply not kept. */
export function rememberSite(siteId: string): void {
  try {
    sessionStorage.setItem(KEY, siteId);
  } catch {}
}

export function rememberedSite(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
