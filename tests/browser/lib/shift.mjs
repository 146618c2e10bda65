// How far what stands on a page moves while it loads, as Chrome counts it.

/** How far what stands on a page may move while it loads, where 0.1 still counts as good: less than anybody sees. */
export const SHIFT_LIMIT = 0.001;

/** Notes every shift from the first paint on. Runs before any script of the page; what a click or a key moves does not count. */
export function recordShifts() {
  const shift = { sum: 0, parts: /** @type {string[]} */ ([]) };
  const note = (/** @type {PerformanceEntryList} */ entries) => {
    for (const entry of /** @type {any[]} */ (entries)) {
      if (entry.hadRecentInput) continue;
      shift.sum += entry.value;
      const moved = entry.sources.map((/** @type {any} */ { node }) => {
        const element = node instanceof Element ? node : node?.parentElement;
        return element ? `${element.localName}.${element.className}` : 'something gone';
      });
      shift.parts.push(`${entry.value.toFixed(4)} ${[...new Set(moved)].join(' ')}`);
    }
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  const read = () => {
    note(observer.takeRecords());
    return shift;
  };
  Object.assign(window, { readShift: read });
}

/**
 * What `recordShifts` has seen of the page since it was opened: the sum, and what moved.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{ sum: number, parts: string[] }>}
 */
export function shiftOf(page) {
  return page.evaluate(async () => {
    // What has just been drawn is reported with the frame after it.
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    return /** @type {any} */ (window).readShift();
  });
}
