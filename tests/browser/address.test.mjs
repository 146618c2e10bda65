// The address of the dashboard follows the app in its frame: a reload, a second tab and "Back" find the same place.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch } from './lib/browser.mjs';
import { Dashboard } from './lib/dashboard.mjs';
import { Product } from './lib/product.mjs';
import { Watcher } from './lib/watcher.mjs';

const LIMIT = { timeout: 120_000 };
const CARD = '4242 4242 4242 4242';

describe('the address of the dashboard', () => {
  /** @type {Product} */
  let product;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').BrowserContext} */
  let context;
  /** @type {Dashboard} */
  let dashboard;
  /** The app's page in the dashboard. */
  let home = '';
  const watcher = new Watcher();

  /** @param {string} rest what stands behind the app's page */
  const at = async (rest) => {
    await dashboard.page.waitForURL(`${home}${rest}`);
    assert.doesNotMatch(dashboard.page.url(), /instance|token/i);
  };

  /**
   * @param {string} name of a tab
   * @param {Dashboard} [shown]
   */
  const isOn = (name, shown = dashboard) =>
    shown.app.locator(`[data-testid=nav-${name}][aria-current=page]`).waitFor();

  /** Steps in the browser's history, of which the frame may be told without a new document. @param {number} steps */
  const go = (steps) => dashboard.page.evaluate((count) => window.history.go(count), steps);

  /** Marks the frame's document, to see later whether it is still the same. */
  const mark = async () =>
    (await dashboard.appFrame()).evaluate(() => Object.assign(window, { marked: true }));

  const isMarked = async () =>
    (await dashboard.appFrame()).evaluate(() => /** @type {any} */ (window).marked === true);

  before(async () => {
    product = await Product.start();
    browser = await launch();
    context = await browser.newContext({
      viewport: { width: 1440, height: 1000 },
      locale: 'en-US',
    });
    watcher.watch(context);
    const { sites, app } = await product.read('_emulator/state');
    const [{ siteId }] = sites;
    await product.write(`sites/${siteId}/install`);
    home = `${product.platform}/dashboard/${siteId}/app/${app.appId}`;
    dashboard = new Dashboard(await context.newPage());
    await dashboard.page.goto(home);
    await dashboard.inApp('app-ready').waitFor();
  });

  after(async () => {
    await browser?.close();
    await product?.remove();
  });

  it('follows the app and survives a reload, with the filter', LIMIT, async () => {
    await mark();
    await dashboard.inApp('nav-history').click();
    await at('/history');
    await dashboard.inApp('filter-kind').selectOption('grant');
    await at('/history?kind=grant');
    assert.ok(await isMarked(), 'the frame was loaded anew');
    await dashboard.page.reload();
    await isOn('history');
    await at('/history?kind=grant');
    assert.equal(await dashboard.inApp('filter-kind').inputValue(), 'grant');
  });

  it('shows somebody else the same', LIMIT, async () => {
    const other = new Dashboard(await context.newPage());
    await other.page.goto(dashboard.page.url());
    await isOn('history', other);
    assert.equal(await other.inApp('filter-kind').inputValue(), 'grant');
    await other.page.close();
  });

  it('goes back and forward with the app, also to what was before the reload', LIMIT, async () => {
    await mark();
    await dashboard.inApp('nav-usage').click();
    await at('/usage');
    await go(-1);
    await at('/history?kind=grant');
    await isOn('history');
    await go(-1);
    await at('');
    await isOn('overview');
    await go(2);
    await at('/usage');
    await isOn('usage');
    assert.ok(await isMarked(), 'the frame was loaded anew');
    await dashboard.on('nav-app').click();
    await at('');
    await isOn('overview');
    assert.ok(await isMarked(), 'the frame was loaded anew');
  });

  it('asks before "Back" loses what is written', LIMIT, async () => {
    await dashboard.inApp('nav-posts').click();
    await at('/posts');
    await dashboard.inApp('post-new').click();
    await at('/compose');
    await dashboard.inApp('composer-text').fill('Half a thought');
    await go(-1);
    await dashboard.inApp('leave-keep').click();
    await at('/compose');
    assert.equal(await dashboard.inApp('composer-text').inputValue(), 'Half a thought');
    await go(-1);
    await dashboard.inApp('leave-now').click();
    await at('/posts');
    await isOn('posts');
  });

  it('asks before a link of the dashboard loses what is written', LIMIT, async () => {
    await dashboard.inApp('post-new').click();
    await at('/compose');
    await dashboard.inApp('composer-text').fill('The other half');
    for (const answer of ['leave-keep', 'leave-now']) {
      await dashboard.on('nav-app').click();
      await dashboard.inApp('leave-dialog').waitFor();
      // The app stays, and the address with it.
      await at('/compose');
      await dashboard.inApp(answer).click();
    }
    await at('');
    await isOn('overview');
  });

  it('brings "Back" from the checkout to the plans', LIMIT, async () => {
    await dashboard.openCheckoutForStarter();
    await dashboard.page.goBack();
    await at('/plans');
    await isOn('plans');
    await dashboard.inApp('upgrade-starter').waitFor();
  });

  it('celebrates a payment once', LIMIT, async () => {
    await dashboard.openCheckoutForStarter();
    await dashboard.payWith(CARD);
    await dashboard.page.waitForURL(`${home}?payment=success*`);
    const { app } = dashboard;
    await app.locator('[data-testid=checkout-return][data-state=success]').waitFor();
    await dashboard.page.reload();
    await app.locator('[data-testid=checkout-return][data-state=success]').waitFor();
    await dashboard.inApp('checkout-done').click();
    await at('');
    await dashboard.page.reload();
    await dashboard.hasPlan('Starter');
    assert.equal(await dashboard.inApp('checkout-return').count(), 0);
    await at('');
  });

  it('that names no page shows what the app says of it', LIMIT, async () => {
    watcher.allow(/status of 404 .*\/no-such-page/);
    await dashboard.page.goto(`${home}/no-such-page`);
    await dashboard.app.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await dashboard.on('nav-app').click();
    await isOn('overview');
    await at('');
  });

  it('that could lead out of the app opens nothing', LIMIT, async () => {
    for (const rest of ['//evil.example', '/a%2F..%2Fb', '/a%5Cb', '/%252e%252e/b']) {
      await dashboard.page.goto(home + rest);
      await dashboard.page.getByText('No such page').first().waitFor();
      assert.equal(await dashboard.on('app-frame').count(), 0, rest);
    }
  });

  it('no page reported an error or asked another machine for anything', () => {
    assert.deepEqual(watcher.problems, []);
  });
});
