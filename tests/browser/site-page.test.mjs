// A site as its visitors see it, with a widget and a script of an app on it: from the button in Manage Apps on. The app is
// one that is not built with wixapp. Screenshots go to target/screenshots/site-page.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Album, launch } from './lib/browser.mjs';
import { Dashboard, shows } from './lib/dashboard.mjs';
import { APP_ID, LonePlatform } from './lib/lone-platform.mjs';
import { look } from './lib/look.mjs';
import { openTab } from './lib/tab.mjs';
import { verdict } from './lib/verdict.mjs';
import { Watcher } from './lib/watcher.mjs';

const LIMIT = { timeout: 120_000 };
const WIDTHS = [360, 1440];

/** @typedef {import('playwright-core').Page} Page */

describe('a site’s page', () => {
  /** @type {LonePlatform} */
  let platform;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Album} */
  let album;
  /** @type {Dashboard} */
  let manage;
  /** @type {Page} what the button opened */
  let site;
  /** @type {string} */
  let siteId;
  /** @type {string} */
  let instanceId;
  const watcher = new Watcher();

  before(async () => {
    album = await Album.open('A site’s page', 'site-page');
    platform = await LonePlatform.start();
    browser = await launch();
    ({
      sites: [{ siteId }],
    } = await platform.read('_emulator/state'));
    ({
      install: { instanceId },
    } = await platform.write(`sites/${siteId}/install`));
    manage = new Dashboard(await openTab(browser, watcher));
    await manage.page.goto(`${platform.platform}/dashboard/${siteId}/manage-apps`);
  });

  after(async () => {
    process.stdout.write(`screenshots: ${await album?.close()}\n`);
    await browser?.close();
    await platform?.remove();
  });

  /**
   * @param {Page} page
   * @param {string} name
   */
  const shown = (page, name) => {
    watcher.step = name;
    return look(album, page, name, { widths: WIDTHS });
  };

  /** What the element of the app shows. @param {Page} page */
  const widget = (page) => page.locator('visit-counter');

  it('the button opens it in a tab of its own, with the widget at work', LIMIT, async () => {
    await manage.on('site-page').waitFor();
    await shown(manage.page, 'manage apps');
    const [opened] = await Promise.all([
      manage.page.context().waitForEvent('page'),
      manage.on('site-page').click(),
    ]);
    site = opened;
    site.setDefaultTimeout(30_000);
    await site.getByRole('heading', { name: 'Bloom & Root' }).waitFor();
    assert.equal(new URL(site.url()).hostname, `${siteId}.site.localhost`);
    await shows(widget(site), 'You were here 1 time.');
    // It runs code of the app: no way back to the owner's pages.
    assert.equal(await site.evaluate(() => window.opener), null);
    await shown(site, 'a site with a widget');
  });

  it('the app learns who visits and on which site, and gets no owner’s rights', LIMIT, async () => {
    const [token] = platform.counter.tokens;
    assert.equal(token.instanceId, instanceId);
    assert.match(token.aid, /^[\da-f-]{36}$/);
    assert.deepEqual([token.uid, token.permissions].filter(Boolean), []);
    const other = await site.evaluate(() => {
      const { wixEmbedsAPI } = /** @type {any} */ (window);
      return [wixEmbedsAPI.getAppToken('another-app'), wixEmbedsAPI.getMetaSiteId()];
    });
    assert.deepEqual(other, [undefined, siteId]);
  });

  it('a visitor who comes back is the same one, somebody else is not', LIMIT, async () => {
    await site.reload();
    await shows(widget(site), 'You were here 2 times.');
    const stranger = await openTab(browser, watcher);
    await stranger.goto(site.url());
    await shows(widget(stranger), 'You were here 1 time.');
    await stranger.context().close();
  });

  it('the app’s script is there with its words, which are no code', LIMIT, async () => {
    assert.equal(await site.getByTestId('banner').count(), 0);
    const text = 'Open on Sunday <img src=x onerror="document.title=1">';
    await platform.embed(instanceId, { text });
    await site.reload();
    await shows(site.getByTestId('banner'), text);
    assert.equal(await site.title(), 'Bloom & Root');
    await shown(site, 'a site with a widget and a script');
  });

  it('the widget leaves with the app, and is back with it', LIMIT, async () => {
    await manage.on('uninstall-app').click();
    await manage.on('confirm').click();
    await manage.on('reinstall-app').waitFor();
    await site.reload();
    await site.getByRole('heading', { name: 'Bloom & Root' }).waitFor();
    assert.equal(await widget(site).count(), 0);
    const token = await site.evaluate(
      (appId) => /** @type {any} */ (window).wixEmbedsAPI.getAppToken(appId),
      APP_ID,
    );
    assert.equal(token, null);
    await shown(site, 'a site without the app');
    await manage.on('reinstall-app').click();
    await manage.on('nav-app').waitFor();
    await site.reload();
    await shows(widget(site), 'You were here 4 times.');
  });

  it('a site’s name leads to no page of the owner', LIMIT, async () => {
    watcher.allow(/status of 404 .*\/dashboard\//);
    const response = await site.goto(new URL(`/dashboard/${siteId}/home`, site.url()).href);
    assert.equal(response?.status(), 404);
    await site.getByText('This site has one page.').waitFor();
  });

  verdict(() => ({ album, watcher }));
});
