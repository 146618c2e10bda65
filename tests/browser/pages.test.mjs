// Every page of the dashboard in every language and width, and every state a payer can come back to, against the
// running product. Screenshots go to target/screenshots/pages.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answerTo } from './lib/answer.mjs';
import { Album, launch } from './lib/browser.mjs';
import { look, settled } from './lib/look.mjs';
import { Owner } from './lib/owner.mjs';
import { Product } from './lib/product.mjs';
import { recordShifts, SHIFT_LIMIT, shiftOf } from './lib/shift.mjs';
import { openTab } from './lib/tab.mjs';
import { verdict } from './lib/verdict.mjs';
import { Watcher } from './lib/watcher.mjs';

const LIMIT_MS = 300_000;
/** Bytes of script, packed with gzip, before the first page works. */
const SCRIPT_LIMIT = 180_000;
const LANGUAGES = ['en', 'de', 'he'];
const WIDTHS = [360, 768, 1440];
const PAGES = [
  '/',
  '/posts',
  '/compose',
  '/calendar?view=month',
  '/networks',
  '/profiles',
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
  /** @type {Owner} */
  let owner;
  let openCheckout = '';
  const watcher = new Watcher();

  before(async () => {
    album = await Album.open('Pages and states', 'pages');
    product = await Product.start();
    browser = await launch();
    owner = await Owner.of(product);
    await owner.hasCredits(200);
    const { token } = await owner.checkout('starter');
    await owner.pay(token);
    await owner.hasCredits(1_200);
    await owner.call('/api/v1/posts/publish', { text: 'Fresh bread from seven on.' });
    await owner.isDone();
    openCheckout = (await owner.checkout('pro')).checkoutId;
  });

  after(async () => {
    const index = await album?.close();
    process.stdout.write(`screenshots: ${index}\n`);
    await browser?.close();
    await product?.remove();
  });

  /** @type {Map<string, Page>} */
  const pages = new Map();

  /** @param {string} language one page for each: what it has loaded it keeps, as an owner's browser does */
  async function pageIn(language) {
    const known = pages.get(language) ?? (await newPage(1440, language));
    pages.set(language, known);
    return known;
  }

  /**
   * @param {number} width
   * @param {string} language
   */
  async function newPage(width, language) {
    const page = await openTab(browser, watcher, { width, language });
    await page.addInitScript(recordShifts);
    return page;
  }

  /**
   * @param {Page} page
   * @param {string} name
   * @param {readonly number[]} [widths]
   * @param {readonly number[]} [access] the narrowest alone when left out: other widths have the same parts
   */
  async function shown(page, name, widths = WIDTHS, access = widths.slice(0, 1)) {
    watcher.step = name;
    await look(album, page, name, { widths, access });
  }

  /** @param {Page} page which has just been opened */
  async function standsStill(page) {
    const { sum, parts } = await shiftOf(page);
    const language = await page.getAttribute('html', 'lang');
    assert.ok(sum < SHIFT_LIMIT, `moved by ${sum} in ${language}: ${parts.join(', ')}`);
  }

  for (const language of LANGUAGES) {
    for (const path of PAGES) {
      it(`fit and read well: ${path} in ${language}`, { timeout: LIMIT_MS }, async () => {
        const page = await pageIn(language);
        await page.goto(owner.at(path));
        await settled(page);
        await standsStill(page);
        await shown(page, `${language} ${path}`, WIDTHS, language === 'en' ? [360, 1440] : [360]);
        const [lang, dir] = await page.evaluate(() => {
          const { lang, dir } = document.documentElement;
          return [lang, dir];
        });
        assert.match(lang ?? '', new RegExp(`^${language}\\b`));
        assert.equal(dir, language === 'he' ? 'rtl' : 'ltr');
      });
    }
  }

  for (const path of PAGES) {
    it(`stand still on a phone, in every language: ${path}`, { timeout: LIMIT_MS }, async () => {
      const opened = LANGUAGES.map(async (language) => {
        const page = await newPage(360, language);
        await page.goto(owner.at(path));
        await settled(page);
        await standsStill(page);
        await page.context().close();
      });
      await Promise.all(opened);
    });
  }

  it('show the plans to somebody without the app, and the way to it', {
    timeout: LIMIT_MS,
  }, async () => {
    for (const language of LANGUAGES) {
      const page = await pageIn(language);
      await page.goto(`${owner.frame.origin}/plans`);
      await page.getByTestId('plan-card-scale').waitFor();
      await standsStill(page);
      await shown(page, `${language} plans without the app`);
    }
    const page = await pageIn('en');
    assert.equal(await page.getByTestId('credits-available').count(), 0);
    await page.getByTestId('install-pro').click();
    await page.waitForURL(`${product.platform}/dashboard/*/app-market/*`);
    await page.getByRole('link', { name: 'Open app' }).waitFor();
    await page.goto('about:blank');
  });

  it('keep their address over a reload, and the token out of it', {
    timeout: LIMIT_MS,
  }, async () => {
    const page = await newPage(1440, 'en');
    const token = owner.frame.searchParams.get('instance') ?? '';
    await page.goto(owner.at('/history?kind=grant'));
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
    const html = await (await fetch(owner.frame.origin)).text();
    const scripts = [...html.matchAll(/"(\/assets\/[^"]+\.js)"/g)].map(([, path = '']) => path);
    const sizes = await Promise.all(
      scripts.map(async (path) => {
        const headers = { 'accept-encoding': 'gzip' };
        const response = await fetch(owner.frame.origin + path, { headers });
        assert.equal(response.headers.get('content-encoding'), 'gzip', path);
        return Number(response.headers.get('content-length'));
      }),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total > 50_000 && total <= SCRIPT_LIMIT, `${total} bytes in ${scripts.join()}`);
  });

  it('work by keyboard', { timeout: LIMIT_MS }, async () => {
    const page = await newPage(1440, 'en');
    await page.goto(owner.at('/plans'));
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

  it('ask by keyboard, too, before what cannot be undone', { timeout: LIMIT_MS }, async () => {
    const page = await newPage(1440, 'en');
    await page.goto(owner.at('/settings'));
    await settled(page);
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? '');
    await page.getByTestId('data-delete').focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByTestId('delete-dialog');
    await dialog.waitFor();
    const seen = new Set();
    for (let step = 0; step < 8; step += 1) {
      await page.keyboard.press('Tab');
      assert.equal(await dialog.locator(':focus').count(), 1, `left after ${step + 1} steps`);
      seen.add(await focused());
    }
    assert.ok(seen.has('delete-keep') && seen.has('delete-understood'), [...seen].join());
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await focused(), 'data-delete');
    await page.context().close();
  });

  it('are fewer in an app without posts', { timeout: LIMIT_MS }, async () => {
    watcher.allow(/status of 404 .*\/api\/v1\/networks/);
    const page = await newPage(1440, 'en');
    await page.route('**/api/v1/networks', (route) =>
      route.fulfill({ status: 404, json: { success: false, error: 'not_found', message: '?' } }),
    );
    await page.goto(owner.at('/posts'));
    await settled(page);
    await page.getByTestId('plan-name').waitFor();
    assert.equal(new URL(page.url()).pathname, '/');
    const entries = await page.getByRole('navigation').getByRole('link').allTextContents();
    assert.deepEqual(entries, [
      'Overview',
      'Plans & credits',
      'History',
      'Usage',
      'Jobs',
      'Settings',
    ]);
    await shown(page, 'an app without posts');
    await page.context().close();
  });

  /** @type {[string, string, string][]} */
  const returns = [
    ['left without paying', 'payment=cancelled', 'cancelled'],
    ['a declined payment', 'payment=declined', 'declined'],
    ['a payment that nobody confirms', 'payment=success', 'processing'],
  ];
  for (const language of LANGUAGES) {
    it(`after a checkout: every state in ${language}`, { timeout: LIMIT_MS }, async () => {
      const page = await newPage(1440, language);
      const state = (/** @type {string} */ name) =>
        page.locator(`[data-testid=checkout-return][data-state=${name}]`).waitFor();
      for (const [name, query, expected] of returns) {
        await page.goto('about:blank');
        await page.goto(owner.at(`/?${query}&checkout=${openCheckout}`));
        await state(expected);
        await shown(page, `${language} ${name}`);
      }
      await page.goto('about:blank');
      await page.goto(owner.at('/?payment=success&plan=scale'));
      await state('unknown');
      assert.equal(await page.getByTestId('plan-name').textContent(), 'Starter');
      await shown(page, `${language} a forged return`);
      await page.context().close();
    });

    it(`without a session in ${language}`, { timeout: LIMIT_MS }, async () => {
      const page = await newPage(1440, language);
      await page.goto(`${owner.frame.origin}/settings`);
      await page.getByTestId('screen-missing').waitFor();
      await shown(page, `${language} opened outside Wix`);
      watcher.allow(/status of 401 .*\/api\/v1\//);
      const forged = new URL(owner.at('/?payment=success'));
      forged.searchParams.set('instance', `${owner.frame.searchParams.get('instance')}x`);
      await page.goto(forged.href);
      await page.getByTestId('screen-session-over').waitFor();
      await shown(page, `${language} a token that is refused`);
      await page.context().close();
    });

    it(`after a minute the page says that it waits in ${language}`, {
      timeout: LIMIT_MS,
    }, async () => {
      const page = await newPage(360, language);
      await page.clock.install();
      await page.goto(owner.at(`/?payment=success&checkout=${openCheckout}`));
      await page.locator('[data-state=processing]').waitFor();
      await page.clock.fastForward(61_000);
      await page.locator('[data-testid=checkout-return][data-state=waiting]').waitFor();
      await page.getByTestId('return-mail-address').waitFor();
      await shown(page, `${language} still waiting`);
      await page.context().close();
    });
  }

  it('tell Wix what the owner does, and the inspector shows it', {
    timeout: LIMIT_MS,
  }, async () => {
    const { biEvents } = await product.read('_emulator/bi-events');
    const names = biEvents.map((/** @type {any} */ { eventName }) => eventName);
    assert.ok(names.includes('APP_DASHBOARD_LOADED'), names.join());
    const page = await newPage(1440, 'en');
    // The inspector shows the newest calls: this one is to be among them.
    const told = page.waitForResponse('**/api/v1/wix/bi-event');
    await page.goto(owner.at('/jobs'));
    assert.equal((await told).status(), 200);
    await page.goto(`${product.platform}/inspector`);
    await page.getByText('/apps/v1/bi-event').first().waitFor();
    await page.context().close();
  });

  it('delete what is stored of people, after a clear word', { timeout: LIMIT_MS }, async () => {
    const page = await newPage(1440, 'en');
    await page.goto(owner.at('/settings'));
    await settled(page);
    await page.getByTestId('notices-address').fill('maya@example.com');
    const saved = answerTo(page, 'PUT', /\/settings\/notices$/, () =>
      page.getByTestId('notices-save').click(),
    );
    assert.equal(await saved, 200);
    await page.getByTestId('data-delete').click();
    await page.getByTestId('delete-dialog').waitFor();
    assert.ok(await page.getByTestId('delete-now').isDisabled());
    await shown(page, 'what a deletion takes');
    await page.getByTestId('delete-understood').check();
    const deleted = answerTo(page, 'DELETE', /\/settings\/data$/, () =>
      page.getByTestId('delete-now').click(),
    );
    assert.equal(await deleted, 200);
    await page.getByText('Your data is deleted.').waitFor();
    await page.locator('[data-testid=notices-address][value=""]').waitFor();
    await page.getByTestId('nav-overview').click();
    assert.equal(await page.getByTestId('plan-name').textContent(), 'Starter');
    assert.equal(await page.getByTestId('credits-available').textContent(), '1,199');
    const { jobs } = await owner.call('/api/v1/wix/jobs');
    assert.ok(jobs.length > 0);
    assert.ok(jobs.every((/** @type {any} */ { result }) => result === undefined));
    assert.deepEqual((await owner.call('/api/v1/posts')).posts, []);
    await page.context().close();
  });

  verdict(() => ({ album, watcher }));
});
