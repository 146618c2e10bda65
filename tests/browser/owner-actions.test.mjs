// What an owner does on the platform's Manage Apps page, and what the app shows of it in a second tab that stays open.
// Screenshots go to target/screenshots/owner-actions.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { answerTo } from './lib/answer.mjs';
import { Album, launch } from './lib/browser.mjs';
import { Dashboard } from './lib/dashboard.mjs';
import { look } from './lib/look.mjs';
import { subscribe } from './lib/owner.mjs';
import { Product } from './lib/product.mjs';
import { openTab } from './lib/tab.mjs';
import { verdict } from './lib/verdict.mjs';
import { Watcher } from './lib/watcher.mjs';

const LIMIT = { timeout: 180_000 };
const WIDTHS = [360, 1440];

describe('an owner in Manage Apps', () => {
  /** @type {Product} */
  let product;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Album} */
  let album;
  /** @type {Dashboard} the page with the buttons */
  let manage;
  /** @type {Dashboard} the app, open all the while */
  let app;
  /** @type {string} */
  let instanceId;
  /** @type {string} */
  let base;
  const watcher = new Watcher();

  before(async () => {
    album = await Album.open('An owner in Manage Apps', 'owner-actions');
    product = await Product.start();
    browser = await launch();
    const subscribed = await subscribe(product);
    base = `${product.platform}/dashboard/${subscribed.siteId}`;
    instanceId = subscribed.instanceId;
    manage = new Dashboard(await openTab(browser, watcher));
    app = new Dashboard(await openTab(browser, watcher));
    await manage.page.goto(`${base}/manage-apps`);
    await app.page.goto(`${base}/home`);
    await openApp();
    await app.hasCredits('1,200');
  });

  after(async () => {
    process.stdout.write(`screenshots: ${await album?.close()}\n`);
    await browser?.close();
    await product?.remove();
  });

  /** The app with a fresh token: a move of the clock ends the one before. */
  const openApp = async () => {
    await app.on('nav-app').click();
    await app.page.reload();
    await app.inApp('app-ready').waitFor();
  };

  /**
   * @param {string} name
   * @param {Dashboard[]} tabs the app's, too, where it shows what happened
   */
  const shown = async (name, tabs = [manage, app]) => {
    watcher.step = name;
    for (const { page } of tabs) {
      const title = page === app.page ? `${name}, in the app` : name;
      await look(album, page, title, { widths: WIDTHS });
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  };

  /**
   * Waits until the app was told so often of invoices.
   * @param {number} times
   */
  const toldOfInvoices = async (times) => {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const { deliveries } = await product.read('_emulator/deliveries');
      const told = deliveries.filter(
        (/** @type {any} */ { eventType, state }) =>
          eventType === 'InvoiceStatusUpdated' && state === 'delivered',
      );
      if (told.length === times) return;
      assert.ok(Date.now() < deadline, `told ${told.length} times of invoices, not ${times}`);
      await pause(50);
    }
  };

  /** @param {string} status */
  const appSays = (status) =>
    app.app.locator(`[data-testid=subscription-status][data-status=${status}]`).waitFor();

  /** Says yes to what the page asks, and waits until it was done. */
  const confirm = async () => {
    await manage.on('confirm').click();
    await manage.page.getByRole('dialog').waitFor({ state: 'detached' });
  };

  /** @param {RegExp} text what the plan's facts say */
  const planSays = (text) => manage.on('manage-plan').filter({ hasText: text }).waitFor();

  /**
   * The row of an invoice, once it says this.
   * @param {number} place 0 is the newest
   * @param {string} status
   */
  const invoiceIs = async (place, status) => {
    const row = manage.on('invoice').nth(place);
    await row.filter({ hasText: status }).waitFor();
    return row;
  };

  /** @param {import('playwright-core').Locator} row */
  const buttonsOf = (row) => row.getByRole('button').allTextContents();

  it('auto-renewal that is off is turned on again, and the next credits come', LIMIT, async () => {
    await manage.on('auto-renew-off').click();
    await confirm();
    await planSays(/Access until/);
    await appSays('cancelled');
    await app.inApp('afterwards').waitFor();
    await shown('auto-renewal is off');
    await manage.on('auto-renew-on').click();
    await planSays(/Renews.*Auto-renewalOn/);
    await manage.on('auto-renew-off').waitFor();
    await appSays('active');
    await app.app.locator('[data-testid=next-cycle]:not([data-at=""])').waitFor();
    await app.inApp('afterwards').waitFor({ state: 'detached' });
    await shown('auto-renewal is on again');
    await app.page.goto('about:blank');
    await product.write('clock/advance', { duration: '31d' });
    await app.page.goto(`${base}/home`);
    await openApp();
    await app.hasCredits('2,200');
    await app.hasPlan('Starter');
  });

  it('an invoice fails, fails again and is paid, and the plan goes on', LIMIT, async () => {
    await manage.page.reload();
    const paid = await invoiceIs(0, 'Paid');
    assert.deepEqual(await buttonsOf(paid), ['Fail', 'Refund', 'Charge back']);
    // Of an older period the money can be given back, and no longer fail.
    assert.deepEqual(await buttonsOf(manage.on('invoice').nth(1)), ['Refund', 'Charge back']);
    await manage.on('invoice-fail').click();
    const open = await invoiceIs(0, 'Payment failed');
    assert.deepEqual(await buttonsOf(open), ['Pay', 'Fail again']);
    await planSays(/Payment failed.*Payment due/);
    await appSays('billing_issue');
    await app.hasPlan('Starter');
    await shown('an invoice failed');
    await toldOfInvoices(1);
    // Nothing looks different afterwards; the app hears of it all the same.
    const again = answerTo(manage.page, 'POST', /\/invoices\/[^/]+\/fail$/, () =>
      manage.on('invoice-fail').click(),
    );
    assert.equal(await again, 200);
    await toldOfInvoices(2);
    assert.deepEqual(await buttonsOf(await invoiceIs(0, 'Payment failed')), ['Pay', 'Fail again']);
    await appSays('billing_issue');
    await app.hasCredits('1,200');
    await manage.on('invoice-pay').click();
    await invoiceIs(0, 'Paid');
    await planSays(/Active.*Renews/);
    await appSays('active');
    await app.hasCredits('2,200');
    await shown('the invoice is paid');
  });

  it('a refund takes back what the invoice gave, and the plan stays', LIMIT, async () => {
    await manage.on('invoice-refund').first().click();
    await shown('asks before a refund', [manage]);
    await confirm();
    const row = await invoiceIs(0, 'Refunded');
    assert.deepEqual(await buttonsOf(row), []);
    await app.hasCredits('1,200');
    await app.hasPlan('Starter');
    await appSays('active');
    await shown('an invoice is refunded');
  });

  it('a charge-back that ends the plan, too, leaves the free plan', LIMIT, async () => {
    await manage.on('invoice-charge-back').click();
    await manage.page.getByRole('checkbox', { name: 'End the Starter plan at once too' }).check();
    await shown('asks before a charge-back', [manage]);
    await confirm();
    await invoiceIs(1, 'Charged back');
    await planSays(/Expired/);
    await app.hasPlan('Free');
    await app.hasCredits('200');
    await appSays('free');
    await shown('an invoice is charged back');
  });

  it('the app is uninstalled: it is gone from the menu and from the open tab', LIMIT, async () => {
    await manage.on('uninstall-app').click();
    await shown('asks before it uninstalls', [manage]);
    await confirm();
    await manage.on('reinstall-app').waitFor();
    await manage.page.getByText('Uninstalled. Its instance id is kept for this site.').waitFor();
    assert.equal(await manage.on('nav-app').count(), 0);
    await app.page.getByRole('heading', { name: 'Autopost is not installed' }).waitFor();
    assert.equal(await app.on('app-frame').count(), 0);
    await shown('the app is uninstalled');
    const { deliveries } = await product.read('_emulator/deliveries');
    const [last] = deliveries;
    assert.deepEqual([last.eventType, last.state], ['AppRemoved', 'delivered']);
  });

  it('the app is installed again, under its id and with no second welcome', LIMIT, async () => {
    await manage.on('reinstall-app').click();
    await manage.on('nav-app').waitFor();
    await manage.page.getByText(instanceId).waitFor();
    await openApp();
    await app.app.locator('[data-testid=connection-status][data-status=connected]').waitFor();
    await app.hasPlan('Free');
    await app.hasCredits('200');
    await shown('the app is installed again');
  });

  it('the App Market offers it again, too, after the next removal', LIMIT, async () => {
    await manage.on('uninstall-app').click();
    await confirm();
    await manage.on('reinstall-app').waitFor();
    await manage.on('nav-app-market').click();
    await manage.on('market-app-card').click();
    await manage.on('install-app').filter({ hasText: 'Add to site again' }).click();
    await manage.on('confirm-install').click();
    await manage.page.waitForURL('**/dashboard/*/app/*');
    await manage.hasCredits('200');
    const { sites } = await product.read('_emulator/state');
    assert.equal(sites[0].install.instanceId, instanceId);
  });

  verdict(() => ({ album, watcher }));
});
