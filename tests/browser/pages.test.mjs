// Every page of the dashboard in every language and width, and every state a payer can come back to, against the
// running product. Screenshots go to target/screenshots/pages.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Album, launch } from './lib/browser.mjs';
import { Dashboard } from './lib/dashboard.mjs';
import { Product } from './lib/product.mjs';
import { Watcher } from './lib/watcher.mjs';

const LIMIT_MS = 300_000;
/** Bytes of script, packed with gzip, before the first page works. */
const SCRIPT_LIMIT = 180_000;
const PAYING_CARD = '4242 4242 4242 4242';
const LANGUAGES = ['en', 'de', 'he'];
const WIDTHS = [360, 768, 1440];
const PAGES = [
  '/',
  '/plans?cycle=yearly',
  '/plans?compare=1',
  '/plans?to=free',
  '/history',
  '/usage?days=7',
  '/jobs',
  '/settings',
];

/** @typedef {import('playwright-core').Page} Page */

describe('the pages', () => {
  /** @type {Product} */
  let product;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Album} */
  let album;
  /** What Wix opens the app with. */
  let frame = new URL('http://127.0.0.1');
  let openCheckout = '';
  const watcher = new Watcher();

  before(async () => {
    album = await Album.open('Pages and states', 'pages');
    product = await Product.start();
    browser = await launch();
    const dashboard = new Dashboard(await browser.newPage());
    await dashboard.page.goto(product.platform);
    await dashboard.on('nav-app-market').click();
    await dashboard.on('market-app-card').click();
    await dashboard.on('install-app').click();
    await dashboard.on('confirm-install').click();
    await dashboard.page.waitForURL('**/dashboard/*/app/*');
    await dashboard.openCheckoutForStarter();
    await dashboard.payWith(PAYING_CARD);
    await dashboard.app.locator('[data-testid=checkout-return][data-state=success]').waitFor();
    await dashboard.inApp('checkout-done').click();
    await dashboard.publish('Fresh bread from seven on.');
    await dashboard.jobCard('completed').waitFor();
    await dashboard.page.goto(product.platform);
    await dashboard.openApp();
    frame = new URL(await dashboard.appAddress());
    openCheckout = await startCheckout();
    await dashboard.page.close();
  });

  after(async () => {
    const index = await album?.close();
    process.stdout.write(`screenshots: ${index}\n`);
    await browser?.close();
    await product?.remove();
  });

  /** A checkout that nobody pays. */
  async function startCheckout() {
    const response = await fetch(`${frame.origin}/api/v1/wix/billing/checkout-url`, {
      method: 'POST',
      headers: {
        authorization: `WixInstance ${frame.searchParams.get('instance')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ planId: 'pro', billingCycle: 'MONTHLY' }),
    });
    const { data } = await response.json();
    return /** @type {string} */ (data.checkoutId);
  }

  /** @param {string} path a page of the app, as Wix would open it */
  function addressOf(path) {
    const address = new URL(path, frame);
    for (const [name, value] of frame.searchParams) address.searchParams.set(name, value);
    return address.href;
  }

  /**
   * @param {number} width
   * @param {string} language
   */
  async function newPage(width, language) {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      locale: language,
      reducedMotion: 'reduce',
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

  /** @param {Page} page */
  async function settled(page) {
    await page.getByTestId('app-ready').waitFor();
    await page.locator('body:not(:has([data-testid=loading-screen]))').waitFor();
  }

  /**
   * Looks at what is shown: the picture, accessibility, and whether anything is wider than the window.
   * @param {Page} page
   * @param {string} name
   */
  async function look(page, name) {
    watcher.step = name;
    await album.take(page, name, { whole: true });
    await album.checkAccess(page, name);
    const excess = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    assert.equal(excess, 0, `${name} is wider than its window`);
  }

  for (const language of LANGUAGES) {
    for (const width of WIDTHS) {
      it(`fit and read well: ${language}, ${width} px`, { timeout: LIMIT_MS }, async () => {
        const page = await newPage(width, language);
        for (const path of PAGES) {
          await page.goto(addressOf(path));
          await settled(page);
          await look(page, `${language} ${width} ${path}`);
          const [lang, dir] = await page.evaluate(() => {
            const { lang, dir } = document.documentElement;
            return [lang, dir];
          });
          assert.match(lang ?? '', new RegExp(`^${language}\\b`));
          assert.equal(dir, language === 'he' ? 'rtl' : 'ltr');
        }
        await page.context().close();
      });
    }
  }

  it('keep their address over a reload, and the token out of it', {
    timeout: LIMIT_MS,
  }, async () => {
    const page = await newPage(1440, 'en');
    const token = frame.searchParams.get('instance') ?? '';
    await page.goto(addressOf('/history?kind=grant'));
    await settled(page);
    await page.reload();
    await settled(page);
    assert.equal(new URL(page.url()).searchParams.get('kind'), 'grant');
    assert.equal(await page.getByTestId('filter-kind').inputValue(), 'grant');
    await page.getByTestId('nav-jobs').click();
    await page.waitForURL('**/jobs*');
    await settled(page);
    await page.reload();
    await settled(page);
    assert.equal(new URL(page.url()).pathname, '/jobs');
    const traces = await page.evaluate(() =>
      [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie].join(),
    );
    assert.ok(token.length > 20 && ![page.url(), traces].join().includes(token));
    await page.context().close();
  });

  it('need little script for the first view', { timeout: LIMIT_MS }, async () => {
    const html = await (await fetch(frame.origin)).text();
    const scripts = [...html.matchAll(/"(\/assets\/[^"]+\.js)"/g)].map(([, path = '']) => path);
    const sizes = await Promise.all(
      scripts.map(async (path) => {
        const headers = { 'accept-encoding': 'gzip' };
        const response = await fetch(frame.origin + path, { headers });
        assert.equal(response.headers.get('content-encoding'), 'gzip', path);
        return Number(response.headers.get('content-length'));
      }),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total > 50_000 && total <= SCRIPT_LIMIT, `${total} bytes in ${scripts.join()}`);
  });

  it('work by keyboard', { timeout: LIMIT_MS }, async () => {
    const page = await newPage(1440, 'en');
    await page.goto(addressOf('/plans'));
    await settled(page);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'content');
    await page.getByTestId('compare').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('comparison').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('comparison').waitFor({ state: 'detached' });
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    assert.equal(focused, 'compare');
    await page.context().close();
  });

  /** @type {[string, string, string][]} */
  const returns = [
    ['left without paying', 'payment=cancelled', 'cancelled'],
    ['a declined payment', 'payment=declined', 'declined'],
    ['a payment that nobody confirms', 'payment=success', 'processing'],
  ];
  for (const width of [360, 1440]) {
    it(`after a checkout: every state, ${width} px`, { timeout: LIMIT_MS }, async () => {
      const page = await newPage(width, 'en');
      const state = (/** @type {string} */ name) =>
        page.locator(`[data-testid=checkout-return][data-state=${name}]`).waitFor();
      for (const [name, query, expected] of returns) {
        await page.goto('about:blank');
        await page.goto(addressOf(`/?${query}&checkout=${openCheckout}`));
        await state(expected);
        await look(page, `${width} ${name}`);
      }
      await page.goto('about:blank');
      await page.goto(addressOf('/?payment=success&plan=scale'));
      await state('unknown');
      assert.equal(await page.getByTestId('plan-name').textContent(), 'Starter');
      await look(page, `${width} a forged return`);
      await page.context().close();
    });

    it(`without a session, ${width} px`, { timeout: LIMIT_MS }, async () => {
      const page = await newPage(width, 'en');
      await page.goto(`${frame.origin}/plans`);
      await page.getByTestId('screen-missing').waitFor();
      await look(page, `${width} opened outside Wix`);
      watcher.allow(/status of 401 .*\/api\/v1\/wix\//);
      const forged = new URL(addressOf('/?payment=success'));
      forged.searchParams.set('instance', `${frame.searchParams.get('instance')}x`);
      await page.goto(forged.href);
      await page.getByTestId('screen-session-over').waitFor();
      await look(page, `${width} a token that is refused`);
      await page.context().close();
    });
  }

  it('after a minute the page says honestly that it waits', { timeout: LIMIT_MS }, async () => {
    const page = await newPage(360, 'de');
    await page.clock.install();
    await page.goto(addressOf(`/?payment=success&checkout=${openCheckout}`));
    await page.locator('[data-state=processing]').waitFor();
    await page.clock.fastForward(61_000);
    await page.locator('[data-testid=checkout-return][data-state=waiting]').waitFor();
    await page.getByTestId('return-mail-address').waitFor();
    await look(page, '360 still waiting');
    await page.context().close();
  });

  it('reported no error and asked no other machine for anything', () => {
    assert.deepEqual(watcher.problems, []);
  });

  it('have no serious accessibility problem', () => {
    assert.deepEqual([...new Set(album.findings)], []);
  });
});
