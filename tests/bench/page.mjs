// The dashboard page in Chromium, cold and warm: when it shows something, when its credits, what it fetched, whether it
// moved, and how long it kept the browser busy. Then from a payment's webhook to the credits on an open page.
// node tests/bench/page.mjs URL RUNS OPENED   (CHROMIUM names the browser)
// OPENED: a JSON list of [address of the page, command that pays and prints when]
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))(
  'playwright-core',
);
const [url, runs, opened] = process.argv.slice(2);
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const CREDITS = '[data-testid="credits-available"]';
/** After the credits are there: what was begun before may still end, and count. */
const SETTLE_MS = 500;

/** Before the page's own script: remembers when its credits appear, what moved after it was shown, and long tasks. */
function observe() {
  window.bench = { usable: 0, shift: 0, longTasksMs: 0 };
  const watch = (type, each) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({
      type,
      buffered: true,
    });
  watch('layout-shift', (entry) => {
    window.bench.shift += entry.hadRecentInput ? 0 : entry.value;
  });
  watch('longtask', (entry) => {
    window.bench.longTasksMs += entry.duration;
  });
  new MutationObserver((_, observer) => {
    if (document.querySelector('[data-testid="credits-available"]') === null) return;
    window.bench.usable = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}

/** Counts the bytes that come over the wire, headers and all. */
async function countBytes(page) {
  const wire = await page.context().newCDPSession(page);
  const counted = { bytes: 0 };
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
    counted.bytes += encodedDataLength;
  });
  await wire.send('Network.enable');
  return counted;
}

async function visit(context) {
  const page = await context.newPage();
  const counted = await countBytes(page);
  await page.addInitScript(observe);
  await page.goto(url);
  await page.waitForFunction(() => window.bench.usable > 0, undefined, { timeout: 30_000 });
  await page.waitForTimeout(SETTLE_MS);
  const seen = await page.evaluate(() => ({
    first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    ...window.bench,
  }));
  await page.close();
  return { ...seen, kilobytes: counted.bytes / 1000 };
}

/** From the webhook of a purchase to the new credits on the page of its owner, which is open. */
async function pay(browser, address, [program, ...options]) {
  const page = await browser.newPage();
  await page.goto(address);
  await page.locator(CREDITS).waitFor();
  await page.locator('[data-testid=connection-status][data-live=open]').waitFor();
  const before = await page.locator(CREDITS).textContent();
  const seen = page.evaluate(
    ([selector, old]) =>
      new Promise((resolve) => {
        const look = () => {
          const now = document.querySelector(selector)?.textContent;
          if (now && now !== old) resolve(Date.now());
        };
        const changes = { childList: true, subtree: true, characterData: true };
        new MutationObserver(look).observe(document, changes);
        look();
      }),
    [CREDITS, before],
  );
  const { stdout } = await promisify(execFile)(program, options);
  const took = (await seen) - Number(stdout);
  await page.close();
  return took;
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
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
const payments = [];
for (const [address, command] of JSON.parse(opened)) {
  payments.push(await pay(browser, address, command));
}
await browser.close();

const middle = (visits, name) => median(visits.map((visit) => visit[name]));
const figures = {
  cold_first_ms: middle(cold, 'first'),
  cold_usable_ms: middle(cold, 'usable'),
  cold_kb: middle(cold, 'kilobytes'),
  cold_long_tasks_ms: middle(cold, 'longTasksMs'),
  warm_first_ms: middle(warm, 'first'),
  warm_usable_ms: middle(warm, 'usable'),
  warm_kb: middle(warm, 'kilobytes'),
  warm_long_tasks_ms: middle(warm, 'longTasksMs'),
  layout_shift: Math.max(...cold.concat(warm).map((visit) => visit.shift)),
  paid_visible_ms: median(payments),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
