// The main job as some do it: by the keyboard alone, and on a phone by touch. Screenshots go to target/screenshots/keyboard and
// target/screenshots/phone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Album, launch } from './lib/browser.mjs';
import { Dashboard } from './lib/dashboard.mjs';
import { Product } from './lib/product.mjs';
import { openTab } from './lib/tab.mjs';
import { verdict } from './lib/verdict.mjs';
import { Watcher } from './lib/watcher.mjs';

const LIMIT = { timeout: 180_000 };
const CARD = '4242424242424242';
/** No page has more stops than this before the one that is looked for. */
const STOPS = 60;

/** @typedef {import('playwright-core').Page} Page */

/**
 * What a test needs to play the main job, and the same end of it.
 * @param {string} title
 * @param {string} name of the folder of pictures
 * @param {(browser: import('playwright-core').Browser, watcher: Watcher) => Promise<Page>} open
 */
function play(title, name, open) {
  const watcher = new Watcher();
  const stage = /** @type {{ product: Product, album: Album, dashboard: Dashboard }} */ ({});
  /** @type {import('playwright-core').Browser} */
  let browser;
  before(async () => {
    stage.album = await Album.open(title, name);
    stage.product = await Product.start();
    browser = await launch();
    stage.dashboard = new Dashboard(await open(browser, watcher));
    await stage.dashboard.page.goto(stage.product.platform);
    await stage.dashboard.on('site-name').waitFor();
  });
  after(async () => {
    process.stdout.write(`screenshots: ${await stage.album?.close()}\n`);
    await browser?.close();
    await stage.product?.remove();
  });
  /** @param {string} step */
  const shown = async (step) => {
    watcher.step = step;
    const { album, dashboard } = stage;
    for (const frame of dashboard.page.frames()) {
      const excess = await frame.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth - clientWidth;
      });
      assert.equal(excess, 0, `${step}: ${frame.url()} is wider than its window`);
    }
    await album.take(dashboard.page, step);
    await album.checkAccess(dashboard.page, step);
  };
  return { stage, watcher, shown };
}

/**
 * What has the focus: through the frame that has it, to the element within.
 * @param {Page} page
 */
async function focused(page) {
  let handle = await page.evaluateHandle(() => document.activeElement);
  for (;;) {
    const frame = await handle.asElement()?.contentFrame();
    if (!frame) return handle;
    handle = await frame.evaluateHandle(() => document.activeElement);
  }
}

/** What an element is called, for the word on what was passed. @param {Element | null} element */
const nameOf = (element) =>
  element?.closest('[data-testid]')?.getAttribute('data-testid') ??
  element?.textContent?.trim().slice(0, 30) ??
  'nothing';

/**
 * All that shows the focus: of an element, and of the boxes around it, such as the one of a field.
 * @param {Element | null} element
 */
const looksOf = (element) => {
  const looks = [];
  let each = element;
  for (let level = 0; level < 4 && each !== null; level += 1) {
    for (const part of [undefined, '::before', '::after']) {
      const { outline, boxShadow, border, backgroundColor } = getComputedStyle(each, part);
      looks.push(outline, boxShadow, border, backgroundColor);
    }
    each = each.parentElement;
  }
  return looks.join();
};

describe('the main job by the keyboard alone', () => {
  const { stage, watcher, shown } = play('By the keyboard alone', 'keyboard', (browser, watching) =>
    openTab(browser, watching),
  );
  /** What had the focus and did not look so. @type {Set<string>} */
  const unmarked = new Set();

  /**
   * Whether an element looks otherwise now that the focus has left it. What Tab does not come to by itself need not.
   * @param {import('playwright-core').JSHandle<Element | null>} handle
   * @param {string} before
   */
  const changes = async (handle, before) => {
    const needNot = await handle.evaluate(
      (element) => element === null || element.matches('body, dialog, [tabindex="-1"]'),
    );
    for (let look = 0; look < 20 && !needNot; look += 1) {
      if ((await handle.evaluate(looksOf)) !== before) return true;
      await stage.dashboard.page.evaluate(() => new Promise(requestAnimationFrame));
    }
    return needNot;
  };

  /**
   * Presses Tab until this has the focus.
   * @param {string} id
   */
  const reach = async (id) => {
    const { page } = stage.dashboard;
    /** @type {string[]} */
    const passed = [];
    for (let stop = 0; stop < STOPS; stop += 1) {
      const here = await focused(page);
      const name = await here.evaluate(nameOf);
      const isIt = await here.evaluate(
        (element, wanted) => element?.closest(`[data-testid="${wanted}"]`) != null,
        id,
      );
      if (isIt) return;
      passed.push(name);
      const looks = await here.evaluate(looksOf);
      await page.keyboard.press('Tab');
      if (!(await changes(here, looks))) unmarked.add(name);
    }
    assert.fail(`${id} was not reached, only: ${passed.join(', ')}`);
  };

  /** @param {string} id */
  const press = async (id) => {
    await reach(id);
    await stage.dashboard.page.keyboard.press('Enter');
  };

  it('the app is installed', LIMIT, async () => {
    const { dashboard } = stage;
    await press('nav-app-market');
    await dashboard.on('market-app-card').waitFor();
    await press('market-app-card');
    await dashboard.on('install-app').waitFor();
    await press('install-app');
    await dashboard.on('confirm-install').waitFor();
    await reach('confirm-install');
    await shown('installing by the keyboard');
    await dashboard.page.keyboard.press('Enter');
    await dashboard.page.waitForURL('**/dashboard/*/app/*');
    await dashboard.hasCredits('200');
  });

  it('a plan is chosen and paid', LIMIT, async () => {
    const { dashboard } = stage;
    await press('nav-plans');
    await dashboard.inApp('upgrade-starter').waitFor();
    await reach('upgrade-starter');
    await shown('a plan by the keyboard');
    await dashboard.page.keyboard.press('Enter');
    await dashboard.page.waitForURL('**/checkout/*');
    await dashboard.on('checkout-page').waitFor();
    for (const [id, text] of [
      ['card-number', CARD],
      ['card-expiry', '1260'],
      ['card-cvc', '123'],
      ['card-name', 'Test Payer'],
    ]) {
      await reach(id ?? '');
      await dashboard.page.keyboard.type(text ?? '');
    }
    await shown('a card by the keyboard');
    await press('pay');
    await dashboard.page.waitForURL('**/dashboard/*/app/*payment=success*');
    await dashboard.app.locator('[data-testid=checkout-return][data-state=success]').waitFor();
    await shown('back from the checkout by the keyboard');
    await press('checkout-done');
    await dashboard.hasPlan('Starter');
    await dashboard.hasCredits('1,200');
  });

  it('a post is published, and its result is opened', LIMIT, async () => {
    const { dashboard } = stage;
    await reach('post-text');
    await dashboard.page.keyboard.type('Fresh bread from seven on.');
    await press('post-submit');
    await dashboard.jobCard('completed').waitFor();
    await dashboard.hasCredits('1,199');
    await reach('job-result');
    await shown('a post by the keyboard');
  });

  it('the renewal is switched off, at the second thought', LIMIT, async () => {
    const { dashboard } = stage;
    await press('nav-manage-apps');
    await dashboard.on('auto-renew-off').waitFor();
    await press('auto-renew-off');
    await dashboard.on('confirm').waitFor();
    await dashboard.page.keyboard.press('Escape');
    await dashboard.on('confirm').waitFor({ state: 'detached' });
    await press('auto-renew-off');
    await dashboard.on('confirm').waitFor();
    await press('confirm');
    await dashboard.on('manage-plan').filter({ hasText: 'Access until' }).waitFor();
    await shown('renewal off by the keyboard');
  });

  it('everything that had the focus looked so', () => {
    assert.deepEqual([...unmarked], []);
  });

  verdict(() => ({ album: stage.album, watcher }));
});

describe('the main job on a phone', () => {
  const { stage, watcher, shown } = play('On a phone', 'phone', async (browser, watching) => {
    const context = await browser.newContext({
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
      locale: 'en',
      reducedMotion: 'reduce',
    });
    watching.watch(context);
    return context.newPage();
  });

  /** Opens the menu and chooses. @param {string} id */
  const choose = async (id) => {
    const { dashboard } = stage;
    await dashboard.page.getByRole('button', { name: 'Menu' }).tap();
    await dashboard.on(id).tap();
  };

  it('the app is installed', LIMIT, async () => {
    const { dashboard } = stage;
    await choose('nav-app-market');
    await dashboard.on('market-app-card').tap();
    await dashboard.on('install-app').waitFor();
    await shown('the app in the market on a phone');
    await dashboard.on('install-app').tap();
    await dashboard.on('confirm-install').waitFor();
    await shown('installing on a phone');
    await dashboard.on('confirm-install').tap();
    await dashboard.page.waitForURL('**/dashboard/*/app/*');
    await dashboard.hasCredits('200');
    await shown('the app on a phone');
  });

  it('a plan is chosen and paid', LIMIT, async () => {
    const { dashboard } = stage;
    await dashboard.inApp('nav-plans').tap();
    await dashboard.inApp('upgrade-starter').waitFor();
    await shown('the plans on a phone');
    await dashboard.inApp('upgrade-starter').tap();
    await dashboard.on('checkout-page').waitFor();
    await dashboard.on('card-number').fill(CARD);
    await dashboard.on('card-expiry').fill('12 / 60');
    await dashboard.on('card-cvc').fill('123');
    await dashboard.on('card-name').fill('Test Payer');
    await shown('a card on a phone');
    await dashboard.on('pay').tap();
    await dashboard.page.waitForURL('**/dashboard/*/app/*payment=success*');
    await dashboard.app.locator('[data-testid=checkout-return][data-state=success]').waitFor();
    await shown('back from the checkout on a phone');
    await dashboard.inApp('checkout-done').tap();
    await dashboard.hasPlan('Starter');
    await dashboard.hasCredits('1,200');
  });

  it('a post is published, and is in the history', LIMIT, async () => {
    const { dashboard } = stage;
    await dashboard.inApp('post-text').fill('Fresh bread from seven on.');
    await dashboard.inApp('post-submit').tap();
    await dashboard.jobCard('completed').waitFor();
    await dashboard.hasCredits('1,199');
    await shown('a post on a phone');
    // The bar of pages is wider than the phone: what is open is brought into sight.
    await dashboard.inApp('nav-history').tap();
    await dashboard.inApp('history-row').first().waitFor();
    await shown('the history on a phone');
    await dashboard.inApp('history-explain').first().tap();
    await dashboard.inApp('entry-explanation').getByText('Publish a post').first().waitFor();
    await shown('an entry on a phone');
  });

  it('the renewal is switched off', LIMIT, async () => {
    const { dashboard } = stage;
    await choose('nav-manage-apps');
    await dashboard.on('auto-renew-off').tap();
    await dashboard.on('confirm').tap();
    await dashboard.on('manage-plan').filter({ hasText: 'Access until' }).waitFor();
    await shown('renewal off on a phone');
  });

  verdict(() => ({ album: stage.album, watcher }));
});
