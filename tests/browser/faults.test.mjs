// What a page shows when something on the way breaks: a slow or lost network, a killed server, an ended session, a
// second tab, and a browser that goes back or loads again. Screenshots go to target/screenshots/faults.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Album, launch } from './lib/browser.mjs';
import { Dashboard, shows } from './lib/dashboard.mjs';
import { look, settled } from './lib/look.mjs';
import { Owner } from './lib/owner.mjs';
import { Product } from './lib/product.mjs';
import { recordShifts, SHIFT_LIMIT, shiftOf } from './lib/shift.mjs';
import { openTab } from './lib/tab.mjs';
import { verdict } from './lib/verdict.mjs';
import { Watcher } from './lib/watcher.mjs';

const LIMIT = { timeout: 120_000 };
const WIDTHS = [360, 1440];
/** A mobile network at the edge of a cell. */
const SLOW = {
  offline: false,
  latency: 400,
  downloadThroughput: 90_000,
  uploadThroughput: 30_000,
};
/** Every webhook is lost. */
const NO_WEBHOOKS = { on: true, seed: 1, duplicate: 0, reorder: 0, delay: 0, drop: 100, slow: 0 };

/** @typedef {import('playwright-core').Page} Page */

describe('when something breaks', () => {
  /** @type {Product} */
  let product;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Album} */
  let album;
  /** @type {Owner} */
  let owner;
  const watcher = new Watcher();

  before(async () => {
    album = await Album.open('When something breaks', 'faults');
    product = await Product.start();
    browser = await launch();
    owner = await Owner.of(product);
    await owner.hasCredits(200);
  });

  after(async () => {
    process.stdout.write(`screenshots: ${await album?.close()}\n`);
    await browser?.close();
    await product?.remove();
  });

  const newPage = (width = 1440) => openTab(browser, watcher, { width });

  /**
   * @param {Page} page
   * @param {string} name
   */
  const show = (page, name) => {
    watcher.step = name;
    return look(album, page, name, { widths: WIDTHS });
  };

  /** @param {Page} page */
  const credits = (page) => page.getByTestId('credits-available');

  /**
   * @param {Page} page
   * @param {string} state
   */
  const returned = (page, state) =>
    page.locator(`[data-testid=checkout-return][data-state=${state}]`).waitFor();

  for (const width of WIDTHS) {
    it(`slow network: a skeleton first, and nothing moves, ${width} px`, LIMIT, async () => {
      const page = await newPage(width);
      await page.addInitScript(recordShifts);
      const wire = await page.context().newCDPSession(page);
      await wire.send('Network.enable');
      await wire.send('Network.emulateNetworkConditions', SLOW);
      /** @type {() => void} */
      let answer = () => {};
      const looked = new Promise((resolve) => {
        answer = () => resolve(undefined);
      });
      // Its own answers wait until the skeleton was looked at, however fast this machine is.
      await page.route('**/api/v1/wix/**', async (route) => {
        await looked;
        await route.continue();
      });
      const opening = page.goto(owner.at('/'));
      await page.locator('.boot__card').first().waitFor();
      await album.take(page, `slow network, first paint ${width}`);
      await page.getByTestId('loading-screen').first().waitFor();
      assert.equal(await credits(page).count(), 0);
      await album.take(page, `slow network, skeleton ${width}`);
      answer();
      await opening;
      await settled(page);
      await shows(credits(page), '200');
      await album.take(page, `slow network, there ${width}`);
      const { sum, parts } = await shiftOf(page);
      assert.ok(sum < SHIFT_LIMIT, `the page moved by ${sum}: ${parts.join(', ')}`);
      await page.context().close();
    });
  }

  it('lost network: the page says so, and catches up by itself', LIMIT, async () => {
    watcher.allow(/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED/);
    const page = await newPage();
    await page.goto(owner.at('/'));
    await settled(page);
    await page.context().setOffline(true);
    await page.getByTestId('offline').waitFor();
    await show(page, 'offline');
    await owner.call('/api/v1/wix/credits/spend', { amount: 1, action: 'test' });
    // Neither the page's script nor its entries can be had now: both wait.
    await page.getByTestId('nav-history').click();
    await page.getByTestId('loading-screen').waitFor();
    await show(page, 'a page that was not loaded yet, offline');
    await page.context().setOffline(false);
    await page.getByTestId('offline').waitFor({ state: 'detached' });
    await page.getByTestId('history-row').first().waitFor();
    await page.getByTestId('nav-overview').click();
    await shows(credits(page), '199');
    await show(page, 'back online');
    await page.context().close();
  });

  it('two tabs: what is bought in one is in the other', LIMIT, async () => {
    const watching = await newPage();
    await watching.goto(owner.at('/'));
    await settled(watching);
    const buying = await watching.context().newPage();
    await buying.goto(owner.at('/plans'));
    await settled(buying);
    await buying.getByTestId('upgrade-starter').click();
    const payer = new Dashboard(buying);
    await payer.on('checkout-page').waitFor();
    await payer.payWith('4242 4242 4242 4242');
    await payer.app.locator('[data-testid=checkout-return][data-state=success]').waitFor();
    await shows(credits(watching), '1,199');
    await shows(watching.getByTestId('plan-name'), 'Starter');
    await show(watching, 'the other tab after paying');
    const address = new URL(await payer.appAddress());
    // The same return once more, in the tab that only watched.
    await watching.goto(address.href);
    await returned(watching, 'success');
    await shows(credits(watching), '1,199');
    await show(watching, 'the same return in a second tab');
    await watching.context().close();
  });

  it('back from the checkout: the page is as it was, and reminds', LIMIT, async () => {
    const page = await newPage();
    await page.goto(owner.at('/plans'));
    await settled(page);
    await page.getByTestId('upgrade-pro').click();
    await page.waitForURL('**/checkout/*');
    await page.goBack();
    await settled(page);
    const button = page.getByTestId('upgrade-pro');
    await button.waitFor();
    assert.equal(await button.getAttribute('aria-busy'), 'false');
    assert.ok(await button.isEnabled());
    await page.getByTestId('nav-overview').click();
    await page.getByTestId('open-checkout-banner').waitFor();
    await shows(page.getByTestId('plan-name'), 'Starter');
    await show(page, 'back from the checkout');
    await page.context().close();
  });

  it('refresh in the middle: the same state, before and after', LIMIT, async () => {
    const { checkoutId, token } = await owner.checkout('pro');
    const page = await newPage();
    await page.goto(owner.at(`/?payment=success&checkout=${checkoutId}`));
    await returned(page, 'processing');
    await page.reload();
    await returned(page, 'processing');
    await shows(page.getByTestId('plan-name'), 'Starter');
    await show(page, 'refreshed while processing');
    await owner.pay(token);
    await returned(page, 'success');
    await shows(credits(page), '6,199');
    await page.reload();
    await returned(page, 'success');
    await shows(page.getByTestId('plan-name'), 'Pro');
    await show(page, 'refreshed after success');
    await page.getByTestId('checkout-done').click();
    await page.getByTestId('checkout-return').waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).search, '');
    await page.context().close();
  });

  it('kill -9 between payment and webhook: the credits come when it is back', LIMIT, async () => {
    const { checkoutId, token } = await owner.checkout('scale');
    await product.write('chaos', NO_WEBHOOKS);
    await owner.pay(token);
    const page = await newPage();
    const killed = new Promise((resolve) => {
      // The payer is back, and the very question that would find the payment is never answered.
      page.route('**/billing/checkout/*/return', async (route) => {
        watcher.expectOutage(true);
        await product.kill();
        await route.abort('connectionrefused');
        resolve(undefined);
      });
    });
    await page.goto(owner.at(`/?payment=success&checkout=${checkoutId}`));
    await killed;
    await returned(page, 'processing');
    await page.getByText('The server cannot be reached right now. We keep trying.').waitFor();
    await shows(credits(page), '6,199');
    await show(page, 'the server is gone after the payment');
    await page.unroute('**/billing/checkout/*/return');
    await product.run();
    await returned(page, 'success');
    watcher.expectOutage(false);
    await shows(credits(page), '31,199');
    await shows(page.getByTestId('plan-name'), 'Scale');
    await show(page, 'the credits are there after the restart');
    const { deliveries } = await product.read('_emulator/deliveries');
    const delivered = deliveries.filter(
      (/** @type {any} */ { eventType, state }) =>
        eventType === 'PaidPlanChanged' && state === 'delivered',
    );
    assert.equal(delivered.length, 1, 'only the change to Pro was ever told by a webhook');
    await product.write('chaos', { on: false });
    await page.context().close();
  });

  it('an expired token: the page asks to be reloaded, and is fine after that', LIMIT, async () => {
    watcher.allow(/status of 401 .*\/api\/v1\//);
    const page = await newPage();
    await page.goto(owner.at('/'));
    await settled(page);
    await product.write('clock/advance', { duration: '5h' });
    await page.getByTestId('screen-session-over').waitFor();
    await show(page, 'the session is over');
    await page.goto('about:blank');
    await page.goto(owner.at('/?payment=success&checkout=chk_1'));
    await page.getByTestId('screen-session-over').waitFor();
    await page.getByText('your payment is safe', { exact: false }).waitFor();
    await show(page, 'the session is over after paying');
    await owner.reopen();
    await page.goto(owner.at('/'));
    await settled(page);
    await shows(credits(page), '31,199');
    await page.context().close();
  });

  verdict(() => ({ album, watcher }));
});
