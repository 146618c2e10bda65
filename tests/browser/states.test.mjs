// States of the pages that an owner meets seldom: a checkout that is too old, an error, no access, promo codes, a top-up, and
// the dialogs that an address opens. Screenshots go to target/screenshots/states.
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
const WIDTHS = [360, 768, 1440];
const OTHER_LANGUAGES = ['de', 'he'];

/** @typedef {import('playwright-core').Page} Page */

describe('the seldom states', () => {
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
    album = await Album.open('Seldom states', 'states');
    product = await Product.start({}, 'tests/browser/selling.toml');
    browser = await launch();
    owner = await Owner.of(product);
    await owner.hasCredits(200);
    await owner.call('/api/v1/posts/publish', { text: 'Fresh bread from seven on.' });
    await owner.isDone();
    await owner.hasCredits(199);
  });

  after(async () => {
    process.stdout.write(`screenshots: ${await album?.close()}\n`);
    await browser?.close();
    await product?.remove();
  });

  const newPage = () => openTab(browser, watcher);

  /**
   * @param {Page} page
   * @param {string} name
   */
  const show = (page, name) => {
    watcher.step = name;
    return look(album, page, name, { widths: WIDTHS });
  };

  /**
   * The same state as it reads in the other languages, each in a tab of its own.
   * @param {string} name
   * @param {(page: Page) => Promise<void>} reach
   */
  async function showInOthers(name, reach) {
    for (const language of OTHER_LANGUAGES) {
      const page = await openTab(browser, watcher, { language });
      await reach(page);
      await show(page, `${name} in ${language}`);
      await page.context().close();
    }
  }

  /**
   * What an owner reads there, in one line.
   * @param {Page} page
   * @param {string} id
   */
  async function textOf(page, id) {
    const text = await page.getByTestId(id).innerText();
    return text.replace(/\s+/g, ' ').trim();
  }

  it('an error: what happened, the request id, and a way to try again', LIMIT, async () => {
    watcher.allow(/status of 500 .*\/api\/v1\/wix\/jobs/);
    const jobs = /\/api\/v1\/wix\/jobs\b/;
    const reach = async (/** @type {Page} */ page) => {
      await page.route(jobs, (route) =>
        route.fulfill({
          status: 500,
          json: {
            success: false,
            error: 'internal',
            message: 'Something broke on our side.',
            requestId: 'req_0192f',
          },
        }),
      );
      await page.goto(owner.at('/jobs'));
      await page.getByTestId('error-screen').waitFor();
    };
    const page = await newPage();
    await reach(page);
    assert.equal(
      await textOf(page, 'error-screen'),
      'Something went wrong Something broke on our side. Try again Request id: req_0192f',
    );
    await show(page, 'an error');
    await showInOthers('an error', reach);
    await page.unroute(jobs);
    await page.getByTestId('error-retry').click();
    await page.getByTestId('jobs-page-list').waitFor();
    assert.equal(await page.getByTestId('error-screen').count(), 0);
    await page.context().close();
  });

  it('no access: the page says whose it is', LIMIT, async () => {
    watcher.allow(/status of 403 .*\/api\/v1\/wix\//);
    const reach = async (/** @type {Page} */ page) => {
      await page.route('**/api/v1/wix/**', (route) =>
        route.fulfill({
          status: 403,
          json: { success: false, error: 'forbidden', message: 'Only the owner may do this.' },
        }),
      );
      await page.goto(owner.at('/'));
      await page.getByTestId('screen-forbidden').waitFor();
    };
    const page = await newPage();
    await reach(page);
    assert.equal(
      await textOf(page, 'screen-forbidden'),
      'No access Only the owner of this site can use this app. Ask the owner to open it.',
    );
    assert.equal(await page.getByTestId('credits-available').count(), 0);
    await show(page, 'no access');
    await showInOthers('no access', reach);
    await page.context().close();
  });

  it('promo codes: why one is refused, and what one gives', LIMIT, async () => {
    watcher.allow(/status of 4\d\d .*\/billing\/promo/);
    const open = async (/** @type {Page} */ page) => {
      await page.goto(owner.at('/plans'));
      await settled(page);
      await page.getByTestId('promo').locator('summary').click();
    };
    /**
     * @param {string} code
     * @param {Page} on
     */
    const redeem = async (code, on = page) => {
      await on.getByTestId('promo-code').fill(code);
      await on.getByTestId('promo-submit').click();
    };
    const page = await newPage();
    const says = page.getByTestId('promo-says');
    await open(page);
    await redeem('NO-SUCH-CODE');
    await shows(says, 'There is no such code. Check the spelling.');
    await show(page, 'a promo code that is refused');
    await showInOthers('a promo code that is refused', async (other) => {
      await open(other);
      await redeem('NO-SUCH-CODE', other);
      await other.getByTestId('promo-says').waitFor();
    });
    await redeem('SPRING');
    await shows(says, 'This code cannot be redeemed at this time.');
    await redeem('welcome-50');
    await shows(says, '50 credits added to your balance.');
    await show(page, 'a promo code that is accepted');
    await redeem('WELCOME-50');
    await shows(says, 'This code was redeemed on your site already.');
    await page.getByTestId('nav-overview').click();
    await shows(page.getByTestId('credits-available'), '249');
    await page.context().close();
  });

  it('a top-up: its own credits are shown as bought, and no others', LIMIT, async () => {
    const page = await newPage();
    await page.goto(owner.at('/plans'));
    await settled(page);
    await shows(page.getByTestId('top-up-hundred'), 'Buy for $5');
    await show(page, 'a plan page with a top-up');
    await showInOthers('a plan page with a top-up', async (other) => {
      await other.goto(owner.at('/plans'));
      await settled(other);
      await other.getByTestId('top-up-hundred').waitFor();
    });
    await page.getByTestId('top-up-hundred').click();
    const payer = new Dashboard(page);
    await payer.on('checkout-page').waitFor();
    // While the payer reads the page, somebody redeems a code: that is not what was bought.
    await owner.call('/api/v1/wix/billing/promo', { code: 'HELLO' });
    await payer.payWith('4242 4242 4242 4242');
    await payer.app.locator('[data-testid=checkout-return][data-state=success]').waitFor();
    const returned = await payer.appAddress();
    const reach = async (/** @type {Page} */ page) => {
      await page.goto(returned);
      await page.locator('[data-testid=checkout-return][data-state=success]').waitFor();
    };
    await reach(page);
    await page.getByText('Your balance went from 269 to 369').waitFor();
    await shows(page.getByTestId('credits-available'), '369');
    await shows(page.getByTestId('plan-name'), 'Free');
    await page.getByRole('heading', { name: 'Payment confirmed' }).waitFor();
    await show(page, 'a top-up is bought');
    await showInOthers('a top-up is bought', reach);
    await page.context().close();
  });

  it('paying is celebrated, and still where motion is reduced', LIMIT, async () => {
    const order = { topUpId: 'hundred' };
    const opened = await owner.call('/api/v1/wix/billing/top-ups/checkout-url', order);
    const { checkoutId, checkoutUrl } = opened;
    await owner.pay(new URL(checkoutUrl).pathname.split('/').at(-1) ?? '');
    await owner.hasCredits(469);
    /** What is drawn of the celebration, and what moves in the whole message. */
    const motions = async (/** @type {'reduce' | 'no-preference'} */ motion) => {
      const page = await openTab(browser, watcher, { motion });
      await page.goto(owner.at(`/?payment=success&checkout=${checkoutId}`));
      const message = page.locator('[data-testid=checkout-return][data-state=success]');
      await message.waitFor();
      await page.getByTestId('checkout-done').waitFor();
      const seen = await message.evaluate((element) => ({
        pieces: [...element.querySelectorAll('.wxa-celebration i')].filter(
          (piece) => piece.getClientRects().length > 0,
        ).length,
        moves: element.getAnimations({ subtree: true }).length,
      }));
      await page.context().close();
      return seen;
    };
    const { pieces, moves } = await motions('no-preference');
    assert.ok(pieces > 0 && moves >= pieces, `${pieces} pieces, ${moves} movements`);
    assert.deepEqual(await motions('reduce'), { pieces: 0, moves: 0 });
  });

  it('an address opens why an entry is there, and closing leaves the history', LIMIT, async () => {
    const { entries } = await owner.call('/api/v1/wix/credits/history');
    const promo = entries.find((/** @type {any} */ { text }) => text === 'Promo code WELCOME-50');
    const reach = async (/** @type {Page} */ page) => {
      await page.goto(owner.at(`/history?pool=promo&entry=${promo.entryId}`));
      await page.getByTestId('entry-explanation').getByText(promo.entryId).waitFor();
    };
    const page = await newPage();
    const dialog = page.getByTestId('entry-explanation');
    await reach(page);
    const text = await textOf(page, 'entry-explanation');
    assert.match(text, /^Why this entry is there /);
    assert.match(text, /Change \+50 Balance From 199 to 249 Credits Promotional/);
    assert.match(text, /Still unused 50 of 50/);
    assert.match(text, /Reason Promo code WELCOME-50/);
    await show(page, 'an entry explained');
    await showInOthers('an entry explained', reach);
    // In a low window there is more to read than fits, and nothing but the close button to stop at.
    await page.setViewportSize({ width: 360, height: 360 });
    const content = page.getByRole('group', { name: 'Why this entry is there' });
    await content.waitFor();
    await page.getByRole('button', { name: 'Close' }).focus();
    await page.keyboard.press('Tab');
    assert.ok(await content.evaluate((element) => element === document.activeElement));
    await page.keyboard.press('End');
    await page.waitForFunction(
      (element) => (element?.scrollTop ?? 0) > 0,
      await content.elementHandle(),
    );
    await page.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).search.replace(/&$/, ''), '?pool=promo');
    assert.equal(await page.getByTestId('history-row').count(), 2);
    await page.context().close();
  });

  it('an address opens a job, and closing leaves the list', LIMIT, async () => {
    const { jobs } = await owner.call('/api/v1/wix/jobs');
    const { jobId } = jobs.find((/** @type {any} */ { kind }) => kind === 'publish');
    const reach = async (/** @type {Page} */ page) => {
      await page.goto(owner.at(`/jobs?job=${jobId}`));
      const dialog = page.getByTestId('job-dialog');
      await dialog.locator('[data-testid=job-card][data-status=completed]').waitFor();
    };
    const page = await newPage();
    const dialog = page.getByTestId('job-dialog');
    await reach(page);
    const text = await textOf(page, 'job-dialog');
    assert.match(text, /^Job Publish a post /);
    await shows(dialog.getByTestId('job-percent'), '100%');
    await show(page, 'a job of its own');
    await showInOthers('a job of its own', reach);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).searchParams.get('job'), null);
    await page.getByTestId('jobs-page-list').waitFor();
    await page.context().close();
  });

  it('a payment that is not known here: nothing is claimed about it', LIMIT, async () => {
    watcher.allow(/status of 404 .*\/billing\/checkout\/chk_of_another_site\/return/);
    const reach = async (/** @type {Page} */ page) => {
      await page.goto(owner.at('/?payment=success&checkout=chk_of_another_site'));
      await page.locator('[data-testid=checkout-return][data-state=unknown]').waitFor();
    };
    const page = await newPage();
    await reach(page);
    const text = await textOf(page, 'checkout-return');
    assert.match(text, /^This payment is not known here The address that brought you here/);
    assert.doesNotMatch(text, /charged/i);
    await show(page, 'a payment that is not known here');
    await showInOthers('a payment that is not known here', reach);
    await page.getByTestId('checkout-done').click();
    await page.getByTestId('checkout-return').waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('an action that fails: its request id, where no more is known', LIMIT, async () => {
    watcher.allow(/status of 500 .*\/(promo|checkout-url)/);
    const reach = async (/** @type {Page} */ page) => {
      await page.route(/\/billing\/(promo|checkout-url)$/, (route) =>
        route.fulfill({
          status: 500,
          json: { success: false, error: 'internal', message: 'Broken.', requestId: 'req_0192f' },
        }),
      );
      await page.goto(owner.at('/plans'));
      await settled(page);
      await page.getByTestId('promo').locator('summary').click();
      await page.getByTestId('promo-code').fill('SPRING');
      await page.getByTestId('promo-submit').click();
      await page.getByTestId('promo-says').getByTestId('request-id').waitFor();
      await page.getByTestId('upgrade-starter').click();
      await page.getByTestId('toast').getByTestId('request-id').waitFor();
    };
    const page = await newPage();
    await reach(page);
    assert.equal(
      await textOf(page, 'toast'),
      'The checkout could not be opened. Request id: req_0192f',
    );
    // Each kind of message has its colour.
    const colours = await page.getByTestId('toast').evaluate((toast) =>
      ['error', 'success', 'info'].map((tone) => {
        toast.setAttribute('data-tone', tone);
        return getComputedStyle(toast.querySelector('.wxa-toast__icon') ?? toast).color;
      }),
    );
    assert.deepEqual(colours, ['rgb(214, 39, 43)', 'rgb(10, 138, 79)', 'rgb(17, 109, 255)']);
    await page.getByTestId('toast').evaluate((toast) => toast.setAttribute('data-tone', 'error'));
    // One click selects it, to be pasted into a mail.
    await page.getByTestId('toast').getByTestId('request-id').click();
    assert.equal(
      await page.evaluate(() => `${window.getSelection()}`.trim()),
      'Request id: req_0192f',
    );
    await show(page, 'an action that failed');
    await showInOthers('an action that failed', reach);
    await page.context().close();
  });

  it('a checkout that is too old: nothing was charged, and no way to pay it', LIMIT, async () => {
    const { checkoutId } = await owner.checkout('starter');
    await product.write('clock/advance', { duration: '49h' });
    await owner.reopen();
    const reach = async (/** @type {Page} */ page) => {
      await page.goto(owner.at(`/?payment=success&checkout=${checkoutId}`));
      await page.locator('[data-testid=checkout-return][data-state=expired]').waitFor();
    };
    const page = await newPage();
    await reach(page);
    const text = await textOf(page, 'checkout-return');
    assert.match(text, /^This checkout has expired It was not paid in time/);
    assert.match(text, /Nothing was charged/);
    assert.equal(await page.getByTestId('checkout-resume').count(), 0);
    await shows(page.getByTestId('plan-name'), 'Free');
    await show(page, 'a checkout that has expired');
    await showInOthers('a checkout that has expired', reach);
    await page.getByTestId('checkout-done').click();
    await page.getByTestId('checkout-return').waitFor({ state: 'detached' });
    assert.equal(await page.getByTestId('open-checkout-banner').count(), 0);
    await page.context().close();
  });

  it('lost network after paying: the page says so, and goes on by itself', LIMIT, async () => {
    watcher.allow(/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_FAILED .*\/live/);
    const { checkoutId, token } = await owner.checkout('starter');
    const returned = (/** @type {Page} */ on, /** @type {string} */ state) =>
      on.locator(`[data-testid=checkout-return][data-state=${state}]`).waitFor();
    const reach = async (/** @type {Page} */ page) => {
      // Going offline would leave a stream that is open as it is, and that would tell of the payment.
      await page.route('**/api/v1/wix/live', (route) => route.abort());
      await page.goto(owner.at(`/?payment=success&checkout=${checkoutId}`));
      await returned(page, 'processing');
      await settled(page);
      await page.context().setOffline(true);
      await returned(page, 'offline');
    };
    const page = await newPage();
    await reach(page);
    assert.match(await textOf(page, 'checkout-return'), /^You are offline .* goes on by itself\.$/);
    await show(page, 'offline after paying');
    await showInOthers('offline after paying', reach);
    await owner.pay(token);
    await owner.hasCredits(1_469);
    // The platform and the app know of the payment by now, and this page does not.
    await returned(page, 'offline');
    await shows(page.getByTestId('credits-available'), '469');
    await page.context().setOffline(false);
    await returned(page, 'success');
    await shows(page.getByTestId('credits-available'), '1,469');
    await shows(page.getByTestId('plan-name'), 'Starter');
    await page.getByText('Your balance went from 469 to 1,469').waitFor();
    await show(page, 'back online after paying');
    await page.context().close();
  });

  it('what is said above the overview moves nothing below it', LIMIT, async () => {
    await owner.call('/api/v1/wix/billing/top-ups/checkout-url', { topUpId: 'hundred' });
    await owner.call('/api/v1/posts/publish', { text: 'Fresh bread.', simulate: 'fail' });
    await owner.isDone();
    for (const language of ['en', ...OTHER_LANGUAGES]) {
      for (const width of [360, 1440]) {
        const page = await openTab(browser, watcher, { language, width });
        await page.addInitScript(recordShifts);
        await page.goto(owner.at('/'));
        await settled(page);
        await page.getByTestId('posts-banner').waitFor();
        await page.getByTestId('open-checkout-banner').waitFor();
        await page.locator('.banner__unnamed').waitFor({ state: 'detached' });
        const { sum, parts } = await shiftOf(page);
        const where = `${language} at ${width}`;
        assert.ok(sum < SHIFT_LIMIT, `moved by ${sum} in ${where}: ${parts.join(', ')}`);
        if (width === 360) await show(page, `${language} two banners above the overview`);
        await page.context().close();
      }
    }
  });

  it('the keyboard stays on the page when what it was at is gone', LIMIT, async () => {
    const page = await newPage();
    const focused = () => page.evaluate(() => document.activeElement?.id ?? '');
    const press = async (/** @type {string} */ id) => {
      await page.getByTestId(id).focus();
      await page.keyboard.press('Enter');
    };
    await owner.call('/api/v1/wix/billing/top-ups/checkout-url', { topUpId: 'hundred' });
    await page.goto(owner.at('/'));
    await settled(page);
    await press('open-checkout-dismiss');
    await page.getByTestId('open-checkout-banner').waitFor({ state: 'detached' });
    assert.equal(await focused(), 'content');
    await page.goto(owner.at('/?payment=cancelled'));
    await page.getByTestId('checkout-return').waitFor();
    await press('checkout-done');
    await page.getByTestId('checkout-return').waitFor({ state: 'detached' });
    assert.equal(await focused(), 'content');
    assert.equal(new URL(page.url()).search, '');
    await page.goto(owner.at('/settings'));
    await settled(page);
    await page.getByTestId('notices-address').fill('maya@example.com');
    await press('notices-save');
    await page.getByTestId('toast').waitFor();
    const button = page.locator('[data-testid=notices-save]:focus');
    assert.equal(await button.count(), 1);
    await page.goto(owner.at('/history'));
    await settled(page);
    assert.equal(await page.getByTestId('history-end').count(), 1);
    await page.context().close();
  });

  it(
    'the page that is open stays in sight in the bar when its language changes',
    LIMIT,
    async () => {
      const page = await openTab(browser, watcher, { width: 360 });
      await page.goto(owner.at('/settings'));
      await settled(page);
      for (const language of ['de', 'he', 'en']) {
        await page.getByTestId('language').selectOption(language);
        await page.locator(`html[lang^=${language}]`).waitFor();
        const place = await page.evaluate(async () => {
          for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
          const { left, right } =
            document.querySelector('.shell__nav [aria-current]')?.getBoundingClientRect() ??
            new DOMRect();
          return { left, right };
        });
        const isSeen = place.left >= 0 && place.right > place.left && place.right <= 360;
        assert.ok(isSeen, `${language}: from ${place.left} to ${place.right}`);
      }
      await page.context().close();
    },
  );

  it(
    'days that end before they begin: said at the fields, and nothing is asked',
    LIMIT,
    async () => {
      const reach = async (/** @type {Page} */ page) => {
        await page.goto(owner.at('/history?from=2026-03-02&to=2026-03-01'));
        await settled(page);
        await page.getByTestId('filter-problem').waitFor();
      };
      const page = await newPage();
      await reach(page);
      await shows(page.getByTestId('filter-problem'), 'The first day is after the last.');
      assert.equal(await page.getByTestId('error-screen').count(), 0);
      await show(page, 'days the wrong way round');
      await showInOthers('days the wrong way round', reach);
      await page.context().close();
    },
  );

  it('a session that ends while a payment is confirmed: nothing is promised', LIMIT, async () => {
    watcher.allow(/status of 401 .*\/api\/v1\//);
    const order = { topUpId: 'hundred' };
    const opened = await owner.call('/api/v1/wix/billing/top-ups/checkout-url', order);
    const { checkoutId } = opened;
    const state = (/** @type {Page} */ on, /** @type {string} */ name) =>
      on.locator(`[data-testid=checkout-return][data-state=${name}]`).waitFor();
    const reach = async (/** @type {Page} */ page) => {
      await page.goto(owner.at(`/?payment=success&checkout=${checkoutId}`));
      await state(page, 'processing');
      await settled(page);
      await page.route('**/api/v1/wix/billing/checkout/**', (route) =>
        route.fulfill({
          status: 401,
          json: { success: false, error: 'token_expired', message: 'The token has expired.' },
        }),
      );
      await state(page, 'unwatched');
    };
    const page = await newPage();
    await reach(page);
    const text = await textOf(page, 'checkout-return');
    assert.match(text, /^Not confirmed yet Your session with Wix has ended/);
    assert.doesNotMatch(text, /by themselves|keep watching/);
    assert.equal(await page.getByTestId('screen-session-over').count(), 1);
    await show(page, 'a session that ended while paying');
    await showInOthers('a session that ended while paying', reach);
    await page.context().close();
  });

  verdict(() => ({ album, watcher }));
});
