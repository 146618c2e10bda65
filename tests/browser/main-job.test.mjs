// The main job of the product, driven through a real browser against the running binary.
// WIXAPP_BIN names the binary; screenshots of every step go to target/screenshots/main-job.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Album, launch, recordSights, sightsOf } from './lib/browser.mjs';
import { Dashboard, shows } from './lib/dashboard.mjs';
import { Product } from './lib/product.mjs';
import { verdict } from './lib/verdict.mjs';
import { Watcher } from './lib/watcher.mjs';

const STEP_LIMIT_MS = 180_000;
const STARTER_CREDITS = '1,200';
const PAYING_CARD = '4242 4242 4242 4242';
const DECLINED_CARD = '4000 0000 0000 0002';

/** @typedef {{ deliveryId: string, eventType: string, state: string, at: string, durationMs: number }} Delivery */

describe('the main job', () => {
  /** @type {Product} */
  let product;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').BrowserContext} */
  let context;
  /** @type {Dashboard} */
  let dashboard;
  /** @type {Album} */
  let album;
  const watcher = new Watcher();
  let hasFailed = false;

  /**
   * One step of the story. Later steps stand on earlier ones, so after a failure the rest is skipped.
   * @param {string} name
   * @param {(t: import('node:test').TestContext) => Promise<void>} run
   */
  const step = (name, run) =>
    it(name, { timeout: STEP_LIMIT_MS }, async (t) => {
      if (hasFailed) return t.skip('an earlier step failed');
      watcher.step = name;
      try {
        await run(t);
      } catch (error) {
        hasFailed = true;
        // The picture helps to understand the failure, but must not replace its message.
        await album.take(dashboard.page, `${name} (failed)`).catch(() => {});
        throw error;
      }
      await album.take(dashboard.page, name);
      await album.checkAccess(dashboard.page, name);
    });

  before(async () => {
    album = await Album.open('The main job, step by step', 'main-job');
    product = await Product.start();
    browser = await launch();
    context = await browser.newContext({
      viewport: { width: 1440, height: 1100 },
      locale: 'en-US',
    });
    await context.addInitScript(recordSights);
    watcher.watch(context);
    dashboard = new Dashboard(await context.newPage());
  });

  after(async () => {
    const index = await album?.close();
    process.stdout.write(`screenshots: ${index}\n`);
    await browser?.close();
    await product?.remove();
  });

  step('the dashboard opens with its site and menu', async () => {
    await dashboard.page.goto(product.platform);
    await dashboard.page.waitForURL('**/dashboard/*/home');
    assert.notEqual((await dashboard.on('site-name').textContent())?.trim(), '');
    for (const id of ['nav-home', 'nav-app-market', 'nav-manage-apps', 'nav-inspector']) {
      await dashboard.on(id).waitFor();
    }
  });

  step('the app is installed from the App Market', async () => {
    await dashboard.on('nav-app-market').click();
    await dashboard.on('market-app-card').click();
    await dashboard.on('install-app').click();
    await dashboard.on('confirm-install').click();
    await dashboard.page.waitForURL('**/dashboard/*/app/*');
    await dashboard.inApp('app-ready').waitFor();
  });

  step('the app was told by a signed AppInstalled', async () => {
    await dashboard.on('nav-inspector').click();
    await dashboard.deliveries({ type: 'AppInstalled' }).getByRole('button').click();
    await dashboard.on('decoded-payload').filter({ hasText: 'appId' }).waitFor();
    const { deliveries } = await product.read('_emulator/deliveries');
    const [installed] = deliveries;
    const { requestBody } = await product.read(`_emulator/deliveries/${installed.deliveryId}`);
    const [header] = requestBody.split('.');
    assert.equal(JSON.parse(Buffer.from(header, 'base64url').toString()).alg, 'RS256');
  });

  step('the app shows the free plan, 200 credits and the connection', async () => {
    await dashboard.on('nav-app').click();
    await dashboard.hasCredits('200');
    await dashboard.hasPlan('Free');
    await dashboard.app.locator('[data-testid=connection-status][data-status=connected]').waitFor();
  });

  step('the app may be framed by the platform', async () => {
    const address = await dashboard.appAddress();
    assert.match(new URL(address).searchParams.get('instance') ?? '', /^[\w-]+\.[\w-]+$/);
    const { headers } = await fetch(address);
    assert.equal(headers.get('x-frame-options'), null);
    const policy = headers.get('content-security-policy') ?? '';
    const ancestors = policy.split(';').find((rule) => rule.trim().startsWith('frame-ancestors'));
    assert.ok(ancestors?.split(' ').includes(product.platform), `frame-ancestors: ${policy}`);
  });

  step('a page of another origin cannot frame the app', async () => {
    const address = await dashboard.appAddress();
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><iframe src="${address.replaceAll('&', '&amp;')}"></iframe>`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    // Outside the watched context: here the browser's complaint is what is asked for.
    const stranger = await browser.newPage();
    try {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      await Promise.all([
        stranger.waitForEvent('console', (message) => message.text().includes('frame-ancestors')),
        stranger.goto(`http://127.0.0.1:${port}/`),
      ]);
      const frame = stranger.frames().find((each) => each !== stranger.mainFrame());
      assert.match(frame?.url() ?? '', /^chrome-error:/);
    } finally {
      await stranger.close();
      server.close();
    }
  });

  step('the pricing page shows four plans, the current and the popular one', async () => {
    await dashboard.inApp('nav-plans').click();
    const cards = dashboard.app.locator('[data-testid^=plan-card-]');
    await cards.first().waitFor();
    assert.equal(await cards.count(), 4);
    assert.equal(await dashboard.inApp('plan-card-free').getAttribute('data-current'), 'true');
    const marked = (/** @type {string} */ name) =>
      dashboard.app.locator(`[data-testid^=plan-card-][${name}=true]`).count();
    assert.deepEqual([await marked('data-current'), await marked('data-popular')], [1, 1]);
  });

  step('a declined card is a clear error', async () => {
    watcher.allow(/status of 402 .*\/checkout\/[^/]+\/pay\)/);
    await dashboard.openCheckoutForStarter();
    await dashboard.payWith(DECLINED_CARD);
    const message = await dashboard.on('checkout-error').textContent();
    assert.match(message ?? '', /declined/i);
    assert.match(dashboard.page.url(), /\/checkout\//);
  });

  step('who leaves then is told that nothing was paid', async () => {
    await dashboard.on('checkout-cancel').click();
    await dashboard.page.waitForURL('**/dashboard/*/app/*payment=declined*');
    await dashboard.app.locator('[data-testid=checkout-return][data-state=declined]').waitFor();
    await dashboard.hasCredits('200');
  });

  step('the app reminds of a checkout that was left open', async () => {
    await dashboard.page.goto(`${product.platform}/`);
    await dashboard.on('nav-app').click();
    await dashboard.inApp('open-checkout-banner').waitFor();
    await dashboard.hasCredits('200');
  });

  step('a checkout closed on purpose ends in a clear state', async () => {
    await dashboard.inApp('open-checkout-continue').click();
    await dashboard.on('checkout-cancel').click();
    await dashboard.page.waitForURL('**/dashboard/*/app/*payment=cancelled*');
    await dashboard.app.locator('[data-testid=checkout-return][data-state=cancelled]').waitFor();
    await dashboard.hasCredits('200');
  });

  step('paying brings 1,200 credits, live', async (t) => {
    const watching = new Dashboard(await context.newPage());
    await watching.page.goto(dashboard.page.url().replace(/\?.*/, ''));
    await watching.hasCredits('200');
    await dashboard.inApp('checkout-done').click();
    await dashboard.openCheckoutForStarter();
    await dashboard.payWith(PAYING_CARD);
    await dashboard.page.waitForURL('**/dashboard/*/app/*payment=success*');
    await album.take(dashboard.page, 'back from the checkout');
    await dashboard.app.locator('[data-testid=checkout-return][data-state=success]').waitFor();
    await dashboard.hasCredits(STARTER_CREDITS);
    await dashboard.hasPlan('Starter');
    const payer = await sightsOf(await dashboard.appFrame());
    const seen = Object.keys(payer).filter((name) => name.startsWith('state '));
    assert.ok(
      ['state processing,state success', 'state success'].includes(seen.join()),
      `states after paying: ${seen.join()}`,
    );

    const [first = ''] = seen;
    const waitMs = (payer['state success'] ?? Number.NaN) - (payer[first] ?? Number.NaN);
    t.diagnostic(`first word to the payer (${first}) → success: ${waitMs} ms`);

    await watching.hasCredits(STARTER_CREDITS);
    const sights = await sightsOf(await watching.appFrame());
    const { deliveries } = await product.read('_emulator/deliveries');
    const bought = /** @type {Delivery[]} */ (deliveries).filter(
      ({ eventType }) => eventType === 'PaidPlanPurchased',
    );
    assert.deepEqual(
      bought.map(({ state }) => state),
      ['delivered'],
    );
    const visibleAt = sights[`credits ${STARTER_CREDITS}`] ?? Number.NaN;
    const tookMs = visibleAt - Date.parse(bought[0]?.at ?? '');
    t.diagnostic(`webhook sent → credits visible in an open page: ${tookMs} ms`);
    await watching.page.close();
  });

  step('publishing a post shows progress and costs one credit', async () => {
    await dashboard.inApp('checkout-done').click();
    // What the payer came back with is gone from the dashboard's own address, too.
    await dashboard.page.waitForURL((address) => address.search === '');
    await dashboard.publish('Fresh bread from seven on.');
    await dashboard.jobCard('completed').waitFor();
    await dashboard.hasCredits('1,199');
    const seen = Object.keys(await sightsOf(await dashboard.appFrame()));
    const count = (/** @type {string} */ kind) =>
      seen.filter((name) => name.startsWith(kind)).length;
    assert.ok(count('percent ') >= 3, `percentages shown: ${seen.join()}`);
    assert.ok(count('step ') >= 3, `steps shown: ${seen.join()}`);
    const address = (await dashboard.inApp('job-result').getAttribute('href')) ?? '';
    assert.match(await (await fetch(address)).text(), /Fresh bread from seven on\./);
  });

  step('a failing post gives its credit back', async () => {
    await dashboard.publish('This one breaks.', { failing: true });
    await dashboard.jobCard('failed').waitFor();
    await dashboard.inApp('job-failure').waitFor();
    await dashboard.hasCredits('1,199');
    await shows(dashboard.inApp('credits-held'), '0');
  });

  step('the purchase webhook sent five times more changes nothing', async () => {
    await dashboard.on('nav-inspector').click();
    await dashboard.deliveries({ type: 'PaidPlanPurchased' }).getByRole('button').click();
    await dashboard.on('resend-5').click();
    await dashboard.deliveries({ type: 'PaidPlanPurchased' }).nth(5).waitFor();
    assert.equal(await dashboard.deliveries({ type: 'PaidPlanPurchased' }).count(), 6);
    await dashboard.openApp();
    await dashboard.hasCredits('1,199');
  });

  step('a reload shows the same', async () => {
    await dashboard.page.reload();
    await dashboard.hasCredits('1,199');
    await dashboard.hasPlan('Starter');
  });

  step('a kill in mid-job: the job ends once, the balance is right', async () => {
    // At the network's usual pace a page may hear of the job's end before it has shown its beginning.
    const text = 'Survives a power cut. [slow]';
    await dashboard.publish(text);
    const running = ['processing', 'optimizing', 'publishing'];
    await dashboard.app
      .locator(running.map((status) => `[data-testid=job-card][data-status=${status}]`).join())
      .waitFor();
    watcher.expectOutage(true);
    await product.kill();
    await product.run();
    await dashboard.openApp();
    watcher.expectOutage(false);
    const newest = dashboard.inApp('job-row').first();
    await newest
      .and(dashboard.app.locator('[data-status=completed]'))
      .waitFor({ timeout: 120_000 });
    await dashboard.hasCredits('1,198');
    await shows(dashboard.inApp('credits-held'), '0');
    const { posts } = await product.read('_fake-network/posts');
    const published = posts.filter((/** @type {{ text: string }} */ post) => post.text === text);
    assert.equal(published.length, 1);
  });

  step('30 days later the next cycle’s credits are there', async () => {
    // The jump ends the token of the page that is open; the app says so and is opened anew.
    watcher.allow(/status of 401 .*\/api\/v1\//);
    assert.match(await dashboard.moveClock('30'), /^Moved 30 days/);
    await dashboard.openApp();
    await dashboard.hasCredits('2,198');
  });

  step('auto-renewal off: access stays', async () => {
    await dashboard.on('nav-manage-apps').click();
    await dashboard.on('auto-renew-off').click();
    await dashboard.on('confirm').click();
    await dashboard.on('manage-plan').filter({ hasText: 'Access until' }).waitFor();
    await dashboard.openApp();
    await dashboard.app
      .locator('[data-testid=subscription-status][data-status=cancelled]')
      .waitFor();
    await dashboard.hasPlan('Starter');
    await dashboard.hasCredits('2,198');
  });

  step('after the paid period the plan is free', async () => {
    assert.match(await dashboard.moveClock('40'), /^Moved 40 days/);
    await dashboard.openApp();
    await dashboard.app.locator('[data-testid=subscription-status][data-status=free]').waitFor();
    await dashboard.hasPlan('Free');
    await dashboard.hasCredits('200');
  });

  verdict(() => ({ album, watcher }));

  it('Ctrl-C ends the product cleanly', async () => {
    assert.equal(await product.interrupt(), 0);
  });
});
