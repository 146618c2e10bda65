// A tab of a browser as an owner has one: watched, and in a language of its own.

/**
 * @param {import('playwright-core').Browser} browser
 * @param {import('./watcher.mjs').Watcher} watcher
 * @param {{ width?: number, language?: string, motion?: 'reduce' | 'no-preference' }} [options]
 */
export async function openTab(browser, watcher, options = {}) {
  const { width = 1440, language = 'en', motion = 'reduce' } = options;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    locale: language,
    reducedMotion: motion,
  });
  watcher.watch(context);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.addInitScript((chosen) => {
    // The blank page before the first has no storage.
    if (window.location.protocol === 'http:') localStorage.setItem('wixapp.language', chosen);
  }, language);
  return page;
}
