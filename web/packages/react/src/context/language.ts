const KEY = 'wixapp.language';

/** The language that was chosen in this browser. A frame whose storage is blocked has none. */
export function readLanguage(page: Window): string | null {
  try {
    return page.localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Keeps the choice for the next visit, or forgets it. */
export function keepLanguage(page: Window, language: string | null): void {
  try {
    if (language === null) page.localStorage.removeItem(KEY);
    else page.localStorage.setItem(KEY, language);
  } catch {
    // Blocked storage: the choice lasts as long as the page.
  }
}
