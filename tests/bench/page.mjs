// How long the dashboard page takes to show something, and to show the credits: cold and warm, in Chromium.
// node tests/bench/page.mjs URL RUNS   (CHROMIUM names the browser)
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))(
  'playwright-core',
);
const [url, runs] = process.argv.slice(2);
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Before the page's own script: remembers when its credits appear, and what moved after it was shown. */
function observe() {
  window.bench = { usable: 0, shift: 0 };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      window.bench.shift += entry.hadRecentInput ? 0 : entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  new MutationObserver((_, observer) => {
    if (document.querySelector('[data-testid="credits-available"]') === null) return;
    window.bench.usable = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}

async function visit(context) {
  const page = await context.newPage();
  await page.addInitScript(observe);
  await page.goto(url);
  await page.waitForFunction(() => window.bench.usable > 0, undefined, { timeout: 30_000 });
  const times = await page.evaluate(() => ({
    first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    usable: window.bench.usable,
    shift: window.bench.shift,
  }));
  await page.close();
  return times;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const cold = [];
const warm = [];
for (let run = 0; run < Number(runs); run += 1) {
  // A browser of its own each time: nothing is compiled or cached yet.
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  const context = await browser.newContext();
  cold.push(await visit(context));
  warm.push(await visit(context));
  await browser.close();
}
const figures = {
  cold_first_ms: median(cold.map((visit) => visit.first)),
  cold_usable_ms: median(cold.map((visit) => visit.usable)),
  warm_first_ms: median(warm.map((visit) => visit.first)),
  warm_usable_ms: median(warm.map((visit) => visit.usable)),
  layout_shift: Math.max(...cold.concat(warm).map((visit) => visit.shift)),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
