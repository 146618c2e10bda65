// What a test does with a page it has brought into a state: pictures at several widths, each checked.
import assert from 'node:assert/strict';

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page until the app's own content is there, and nothing of it still loads */
export async function settled(page) {
  await page.getByTestId('app-ready').waitFor();
  await page.locator('body:not(:has([data-testid=loading-screen]))').waitFor();
}

/**
 * Takes the page at each width, and finds what is wider than its window.
 * @param {import('./browser.mjs').Album} album
 * @param {Page} page
 * @param {string} name
 * @param {{ widths: readonly number[], access?: readonly number[] }} at `access`: widths at which accessibility is checked;
 *   the first alone when left out, as the others have the same parts
 */
export async function look(album, page, name, { widths, access = widths.slice(0, 1) }) {
  for (const width of widths) {
    const title = `${name} ${width}`;
    await page.setViewportSize({ width, height: 900 });
    const excess = await page.evaluate(async () => {
      // Charts and bars that measure themselves have drawn again after two frames.
      for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    await album.take(page, title, { whole: true });
    assert.equal(excess, 0, `${title} is wider than its window`);
    if (access.includes(width)) await album.checkAccess(page, title);
  }
}
