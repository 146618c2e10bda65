// Wix's own @wix/dashboard package in the app's frame, against the local platform as its parent.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch } from './lib/browser.mjs';
import { Dashboard } from './lib/dashboard.mjs';
import { Product } from './lib/product.mjs';
import { bundle } from './lib/wix-dashboard.mjs';

const LIMIT = { timeout: 180_000 };

describe('the dashboard SDK', () => {
  /** @type {Product} */
  let product;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Dashboard} */
  let dashboard;
  /** @type {import('playwright-core').Frame} */
  let frame;
  /** @type {string} */
  let instanceId;

  before(async () => {
    product = await Product.start();
    browser = await launch();
    const { sites, app } = await product.read('_emulator/state');
    const [{ siteId }] = sites;
    const { install } = await product.write(`sites/${siteId}/install`);
    instanceId = install.instanceId;
    dashboard = new Dashboard(await browser.newPage());
    await dashboard.page.goto(`${product.platform}/dashboard/${siteId}/app/${app.appId}`);
    frame = await dashboard.appFrame();
    await frame.evaluate(await bundle());
    // The package takes only Wix's origin for its parent's; the local frame names the real one in its place.
    await frame.evaluate((platform) => {
      const page = /** @type {any} */ (window);
      page.host = page.WixDashboard.dashboard.host({
        origin: 'https://manage.wix.com',
        autoHeightUpdate: false,
        postMessage: (
          /** @type {any} */ message,
          /** @type {string} */ _,
          /** @type {any} */ ports,
        ) => window.parent.postMessage(message, platform, ports),
      });
    }, product.platform);
  });

  after(async () => {
    await browser?.close();
    await product?.remove();
  });

  it('gives a token that the app’s own server accepts', LIMIT, async () => {
    const answer = await frame.evaluate(async () => {
      const { WixDashboard, host } = /** @type {any} */ (window);
      const { headers } = await WixDashboard.dashboard.auth().getAuthHeaders(host);
      const status = await fetch('/api/v1/wix/user/status', { headers });
      const forged = await fetch('/api/v1/wix/user/status', {
        headers: { Authorization: `${headers.Authorization}x` },
      });
      return {
        token: headers.Authorization,
        status: status.status,
        text: await status.text(),
        forged: forged.status,
      };
    });
    assert.match(answer.token, /^OauthNG\.JWS\.[\w-]+\.[\w-]+\.[\w-]+$/);
    assert.equal(answer.status, 200, answer.text);
    assert.ok(answer.text.includes(instanceId), answer.text);
    assert.equal(answer.forged, 401);
  });

  it('shows a toast, runs its action and takes it away', LIMIT, async () => {
    await frame.evaluate(() => {
      const page = /** @type {any} */ (window);
      page.toast = page.host.channel.showToast({
        message: 'Your post is out',
        type: 'success',
        timeout: 'none',
        action: {
          text: 'Undo',
          onClick: () => {
            page.undone = true;
          },
        },
      });
    });
    const toast = dashboard.on('sdk-toast');
    await toast.filter({ hasText: 'Your post is out' }).waitFor();
    await toast.getByRole('button', { name: 'Undo' }).click();
    await frame.waitForFunction(() => /** @type {any} */ (window).undone === true);
    await frame.evaluate(async () => (await /** @type {any} */ (window).toast).remove());
    await toast.waitFor({ state: 'detached' });
  });

  it('opens a modal and brings its result back', LIMIT, async () => {
    await frame.evaluate(() => {
      const page = /** @type {any} */ (window);
      const opened = page.host.channel.openModal('pick-a-colour', { start: 'red' });
      page.picked = opened.then((/** @type {any} */ { modalClosed }) => modalClosed);
    });
    await dashboard.on('sdk-modal').filter({ hasText: 'pick-a-colour' }).waitFor();
    await dashboard.on('sdk-modal-result').fill('{"colour":"blue"}');
    await dashboard.on('sdk-modal-close').click();
    const result = await frame.evaluate(() => /** @type {any} */ (window).picked);
    assert.deepEqual(result, { colour: 'blue' });
  });

  it('tells the language and where the app is, also after it navigates', LIMIT, async () => {
    await frame.evaluate(() => {
      const page = /** @type {any} */ (window);
      page.places = [];
      page.host.channel.observeState(
        (/** @type {any} */ params, /** @type {any} */ environment) => {
          page.places.push(
            `${params.location.pathname}${params.location.search} ${environment.language}`,
          );
        },
      );
    });
    await frame.waitForFunction(() => /** @type {any} */ (window).places.length === 1);
    await frame.evaluate(() =>
      /** @type {any} */ (window).host.channel.navigate({ relativeUrl: '/posts?page=2' }),
    );
    await frame.waitForFunction(() => /** @type {any} */ (window).places.length === 2);
    const places = await frame.evaluate(() => /** @type {any} */ (window).places);
    assert.deepEqual(places, ['/ en', '/posts?page=2 en']);
  });

  it('gives the frame the height it asks for', LIMIT, async () => {
    await frame.evaluate(() => /** @type {any} */ (window).host.channel.updateHeight(2_345));
    const height = await dashboard.on('app-frame').evaluate((element) => element.clientHeight);
    assert.equal(height, 2_345);
  });

  it('answers nobody but the frame', LIMIT, async () => {
    // The page greets itself, as a window that was opened by it could; the token above shows who is answered.
    await dashboard.page.evaluate(() => {
      const page = /** @type {any} */ (window);
      const { port1, port2 } = new MessageChannel();
      page.heard = [];
      port1.onmessage = ({ data }) => page.heard.push(data);
      port1.postMessage({ id: '1', type: 'APPLY', path: ['getAccessToken'], argumentList: [] });
      const hello = { code: 'wix-sdk-bo-hello-handshake', version: '1.0.0' };
      window.postMessage(hello, window.location.origin, [port2]);
    });
    await frame.evaluate(() => /** @type {any} */ (window).host.channel.getAccessToken());
    assert.deepEqual(await dashboard.page.evaluate(() => /** @type {any} */ (window).heard), []);
  });
});
