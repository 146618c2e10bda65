// The platform's own pages with a full history, at three widths; pictures go to target/screenshots/platform.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Album, launch } from './lib/browser.mjs';
import { Dashboard } from './lib/dashboard.mjs';
import { look } from './lib/look.mjs';
import { Product } from './lib/product.mjs';
import { verdict } from './lib/verdict.mjs';

const LIMIT = { timeout: 180_000 };
const CARD = { cardNumber: '4242424242424242', expiry: '12/40', cvc: '123', name: 'Maya Torres' };
const WIDTHS = [360, 768, 1440];

describe('the platform’s pages', () => {
  /** @type {Product} */
  let product;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Dashboard} */
  let dashboard;
  /** @type {Album} */
  let album;
  /** @type {string} */
  let siteId;
  /** @type {string} */
  let instanceId;

  /**
   * @param {string} productId
   * @param {string} code
   */
  const buy = async (productId, code = '') => {
    const order = { productId, billingCycle: 'MONTHLY' };
    const { token } = await product.write(`instances/${instanceId}/checkout`, order);
    if (code) await product.write(`checkout/${token}/coupon`, { code });
    await product.write(`checkout/${token}/pay`, CARD);
  };

  /** @param {string} name */
  const shown = (name) => look(album, dashboard.page, name, { widths: WIDTHS, access: [1440] });

  before(async () => {
    album = await Album.open('The platform, page by page', 'platform');
    product = await Product.start();
    browser = await launch();
    const { sites, plans } = await product.read('_emulator/state');
    [{ siteId }] = sites;
    ({
      install: { instanceId },
    } = await product.write(`sites/${siteId}/install`));
    const [lower, higher] = plans;
    await buy(higher.productId, 'WELCOME20');
    await product.write('clock/advance', { duration: '35d' });
    await buy(lower.productId);
    const { invoices } = await product.read(`_emulator/instances/${instanceId}/invoices`);
    await product.write(`invoices/${invoices.at(-1).invoiceId}/refund`, {});
    await product.write(`instances/${instanceId}/card`, { fails: true });
    await product.write('clock/advance', { duration: '35d' });
    await product.write(`sites/${siteId}/duplicate`);
    dashboard = new Dashboard(await browser.newPage());
  });

  after(async () => {
    process.stdout.write(`screenshots: ${await album?.close()}\n`);
    await browser?.close();
    await product?.remove();
  });

  it('Manage Apps lists what became of every invoice', LIMIT, async () => {
    await dashboard.page.goto(`${product.platform}/dashboard/${siteId}/manage-apps`);
    await dashboard.on('invoice').first().waitFor();
    const rows = await dashboard.on('invoice').allTextContents();
    assert.equal(rows.length, 3);
    assert.match(rows[0] ?? '', /Payment failed/);
    assert.match(rows[2] ?? '', /Refunded/);
    assert.match(rows[2] ?? '', /Welcome 20/);
    assert.match((await dashboard.on('next-plan').textContent()) ?? '', /Next plan/);
    await shown('manage apps');
  });

  it('an open invoice is paid, and the lower plan begins', LIMIT, async () => {
    await dashboard.on('invoice-pay').press('Enter');
    await dashboard.on('next-plan').waitFor({ state: 'detached' });
    assert.equal(await dashboard.on('invoice-pay').count(), 0);
    // The button is gone; who used it by the keyboard goes on in the page, and not above its head.
    await dashboard.page.waitForFunction(() => document.activeElement?.id === 'content');
    await shown('manage apps paid');
  });

  it('the dialogs fit, and give the focus back', LIMIT, async () => {
    const { page } = dashboard;
    const dialog = page.getByRole('dialog');
    const ways = [
      () => page.keyboard.press('Escape'),
      () => dialog.getByRole('button', { name: 'Cancel' }).click(),
      () => dialog.getByRole('button', { name: 'Close' }).press('Enter'),
    ];
    for (const id of ['switch-plan', 'end-plan', 'transfer-site']) {
      for (const close of ways) {
        await dashboard.on(id).click();
        await shown(id);
        await close();
        await dialog.waitFor({ state: 'detached' });
        const had = await dashboard.on(id).elementHandle();
        await page.waitForFunction((element) => element === document.activeElement, had);
      }
    }
  });

  it('the site picker shows the copy', LIMIT, async () => {
    await dashboard.page.getByTestId('site-name').click();
    await dashboard.page.getByRole('link', { name: /\(copy\)/ }).waitFor();
    await shown('site picker');
  });

  it('the checkout takes a coupon', LIMIT, async () => {
    const order = { productId: 'pro-plan', billingCycle: 'YEARLY' };
    const { plans } = await product.read('_emulator/state');
    order.productId = plans.at(-1).productId;
    const { token } = await product.write(`instances/${instanceId}/checkout`, order);
    await dashboard.page.goto(`${product.platform}/checkout/${token}`);
    await dashboard.on('coupon-code').fill('nothing');
    await dashboard.on('apply-coupon').click();
    await dashboard.page.getByText('There is no coupon with this code.').waitFor();
    await shown('checkout wrong coupon');
    await dashboard.on('coupon-code').fill('gift100');
    await dashboard.on('apply-coupon').click();
    await dashboard.on('coupon').waitFor();
    await shown('checkout coupon');
  });

  it('a new site’s checkout offers the free trial', LIMIT, async () => {
    const settings = await product.read('_emulator/app/settings');
    const { externalPricingPage, permissions } = settings;
    await product.write('app/settings', { externalPricingPage, permissions, trialDays: 14 });
    const { sites, plans } = await product.read('_emulator/state');
    const { install } = await product.write(`sites/${sites[1].siteId}/install`);
    const order = { productId: plans[0].productId, billingCycle: 'MONTHLY' };
    const { token } = await product.write(`instances/${install.instanceId}/checkout`, order);
    await dashboard.page.goto(`${product.platform}/checkout/${token}`);
    await dashboard.on('trial').waitFor();
    await shown('checkout trial');
  });

  it('time, chaos and snapshots are set on one page', LIMIT, async () => {
    await dashboard.page.goto(`${product.platform}/lab`);
    await dashboard.on('chaos-on').waitFor();
    await shown('lab');
    await dashboard.on('snapshot-name').fill('before-refund');
    await dashboard.on('snapshot-save').click();
    await dashboard.on('snapshot').first().waitFor();
    await dashboard.on('chaos-on').click();
    await dashboard.on('chaos-off').waitFor();
    await shown('lab in use');
  });

  it('the inspector shows a webhook with its layers, and a request', LIMIT, async () => {
    await product.write('clock/advance', { duration: '3d' });
    await product.write('chaos', { on: false });
    await dashboard.page.goto(`${product.platform}/inspector`);
    await dashboard.on('delivery-row').first().waitFor();
    await shown('inspector');
    await dashboard.on('delivery-row').first().click();
    await dashboard.on('resend-1').waitFor();
    await shown('inspector webhook');
    await dashboard.page.keyboard.press('Escape');
    await dashboard.page.goto(`${product.platform}/inspector`);
    await dashboard.on('kind-request').click();
    await dashboard.on('timeline-row').first().click();
    await dashboard.on('copy-curl').waitFor();
    await shown('inspector request');
  });

  verdict(() => ({ album }));
});
