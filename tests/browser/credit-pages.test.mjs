// The pages about credits, from a site that has none to one that has used nearly all: history, usage, files to take along,
// the plan that is agreed on in person, and the banner. Screenshots go to target/screenshots/credit-pages.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { Album, launch } from './lib/browser.mjs';
import { Dashboard, shows } from './lib/dashboard.mjs';
import { look, settled } from './lib/look.mjs';
import { Owner } from './lib/owner.mjs';
import { Product } from './lib/product.mjs';
import { openTab } from './lib/tab.mjs';
import { verdict } from './lib/verdict.mjs';
import { Watcher } from './lib/watcher.mjs';

const LIMIT = { timeout: 180_000 };
const WIDTHS = [360, 1440];
/** Entries of one page of the history. */
const PAGE_SIZE = 20;
const DAY_MS = 86_400_000;
/** Nine o'clock tomorrow. */
const begun = new Date(Math.ceil(Date.now() / DAY_MS) * DAY_MS + 9 * 3_600_000);
const CSV_HEAD = 'entryId,at,kind,pool,amount,balanceAfter,text';

/** @typedef {import('playwright-core').Page} Page */

describe('the pages about credits', () => {
  /** @type {Product} */
  let product;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Album} */
  let album;
  /** @type {Owner} */
  let owner;
  /** @type {Page} */
  let page;
  const watcher = new Watcher();

  before(async () => {
    album = await Album.open('The pages about credits', 'credit-pages');
    product = await Product.start({}, 'tests/browser/scarce.toml');
    // In the morning, so that what belongs to one day is of one day.
    await product.write('clock/set', { to: begun.toISOString() });
    browser = await launch();
    owner = await Owner.of(product);
    page = await openTab(browser, watcher);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });

  after(async () => {
    process.stdout.write(`screenshots: ${await album?.close()}\n`);
    await browser?.close();
    await product?.remove();
  });

  const on = (/** @type {string} */ id) => page.getByTestId(id);

  /** @param {string} path */
  const open = async (path) => {
    await page.goto(owner.at(path));
    await settled(page);
  };

  /**
   * @param {string} name
   * @param {readonly number[]} [widths]
   */
  const shown = async (name, widths = WIDTHS) => {
    watcher.step = name;
    await look(album, page, name, { widths });
    await page.setViewportSize({ width: 1440, height: 900 });
  };

  /**
   * @param {string} action
   * @param {number} amount
   */
  const spend = (action, amount) => owner.call('/api/v1/wix/credits/spend', { action, amount });

  /**
   * What a button of the page hands over as a file.
   * @param {string} id
   */
  const fileOf = async (id) => {
    const [download] = await Promise.all([page.waitForEvent('download'), on(id).click()]);
    const text = await readFile(await download.path(), 'utf8');
    return { name: download.suggestedFilename(), text };
  };

  /**
   * A day after the first, as the pages write it.
   * @param {number} count
   * @param {Intl.DateTimeFormatOptions} [more]
   */
  const dayAfter = (count, more = {}) => {
    const format = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', ...more });
    return format.format(begun.getTime() + count * DAY_MS);
  };

  /** The lines of a CSV file, without the end of the last. @param {string} text */
  const linesOf = (text) => text.replace(/\r\n$/, '').split('\r\n');

  it(
    'a new site has an empty history and no usage, and reads what will be there',
    LIMIT,
    async () => {
      await open('/history');
      await shows(on('empty-state').getByRole('heading'), 'No entries yet');
      assert.equal(await on('history-more').count(), 0);
      await shown('an empty history');
      await on('filter-kind').selectOption('spend');
      await shows(on('empty-state').getByRole('heading'), 'Nothing matches');
      await on('empty-state').getByRole('button', { name: 'Clear filters' }).click();
      await shows(on('empty-state').getByRole('heading'), 'No entries yet');
      const { text } = await fileOf('history-csv');
      assert.deepEqual(linesOf(text), [CSV_HEAD]);
      await on('nav-usage').click();
      await shows(on('empty-state').getByRole('heading'), 'Nothing used yet');
      await page.locator('[data-testid=usage-forecast][data-kind=empty]').waitFor();
      assert.equal(await on('usage-chart').count(), 0);
      await shown('an empty usage');
      await page.getByRole('link', { name: 'Publish a post' }).click();
      await on('post-text').waitFor();
      await shown('an overview without credits');
    },
  );

  it(
    'a plan that is agreed on in person: whom to write to, and which id to name',
    LIMIT,
    async () => {
      await open('/plans');
      const contact = on('plan-card-studio').getByRole('button', { name: 'Contact us' });
      await contact.click();
      const dialog = page.getByRole('dialog', { name: 'Contact us about Studio' });
      await dialog.getByText(/Write to the developer of the app/).waitFor();
      const { instanceId } = (await product.read('_emulator/state')).sites[0].install;
      await shows(dialog.getByTestId('copy-text'), instanceId);
      const market = await dialog.getByTestId('contact-market').getAttribute('href');
      assert.match(market ?? '', /\/app-market\//);
      await page.waitForURL((url) => url.searchParams.get('contact') === 'studio');
      await shown('a plan that is agreed on in person');
      await dialog.getByRole('button', { name: 'Copy' }).click();
      await dialog.getByText('Copied.').waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), instanceId);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      // The step back through the history comes after the dialog is gone.
      await page.waitForURL((url) => !url.searchParams.has('contact'));
      const had = await contact.elementHandle();
      await page.waitForFunction((element) => element === document.activeElement, had);
      await open('/plans?contact=studio');
      await dialog.getByRole('button', { name: 'Got it' }).click();
      await dialog.waitFor({ state: 'detached' });
    },
  );

  it('a long history comes by the page, to its end', LIMIT, async () => {
    const { token } = await owner.checkout('starter');
    await owner.pay(token);
    await owner.hasCredits(100);
    for (let count = 0; count < 2 * PAGE_SIZE; count += 1) await spend('caption', 1);
    await open('/history');
    await on('history-more').waitFor();
    assert.equal(await on('history-row').count(), PAGE_SIZE);
    await shown('a long history');
    await on('history-more').click();
    await on('history-row')
      .nth(2 * PAGE_SIZE - 1)
      .waitFor();
    assert.equal(await on('history-row').count(), 2 * PAGE_SIZE);
    await on('history-more').click();
    await page.getByText('That is everything.').waitFor();
    assert.equal(await on('history-more').count(), 0);
    const balances = await page.locator('.wxa-entries__balance').allTextContents();
    assert.deepEqual(
      balances.map((text) => text.replace(/\D/g, '')),
      Array.from({ length: 2 * PAGE_SIZE + 1 }, (_, index) => String(60 + index)),
    );
    await shown('a history to its end');
    // What is new comes on top of what is open, and none of it goes.
    await spend('caption', 1);
    await page.locator('[data-testid=history-row] >> nth=0').getByText('59').waitFor();
    assert.equal(await on('history-row').count(), 2 * PAGE_SIZE + 2);
  });

  it(
    'the file of the history holds every entry, and only those that were filtered',
    LIMIT,
    async () => {
      await open('/history');
      await on('history-more').waitFor();
      const all = await fileOf('history-csv');
      assert.equal(all.name, 'credit-history.csv');
      const [head, newest = '', ...others] = linesOf(all.text);
      assert.equal(head, CSV_HEAD);
      assert.equal(others.length, 2 * PAGE_SIZE + 1);
      const [, at = '', ...rest] = newest.split(',');
      assert.equal(at.slice(0, 10), begun.toISOString().slice(0, 10));
      assert.equal(rest.join(), 'spend,plan,-1,59,caption');
      await on('filter-kind').selectOption('grant');
      await page.getByText('That is everything.').waitFor();
      const granted = linesOf((await fileOf('history-csv')).text);
      assert.equal(granted.length, 2);
      assert.match(granted[1] ?? '', /,grant,plan,100,100,Starter plan bought$/);
    },
  );

  it('everything is taken along as one file', LIMIT, async () => {
    await owner.call('/api/v1/posts/publish', { text: 'Fresh bread from seven on.' });
    await owner.isDone();
    await open('/settings');
    const { name, text } = await fileOf('data-export');
    assert.equal(name, 'app-data.json');
    const data = JSON.parse(text);
    assert.equal(data.status.plan.name, 'Starter');
    assert.equal(data.exportedAt, data.status.now);
    assert.deepEqual(Object.keys(data).sort(), [
      'exportedAt',
      'history',
      'jobs',
      'notices',
      'posts',
      'profiles',
      'status',
    ]);
    const spent = data.history.filter((/** @type {any} */ { text }) => text === 'caption');
    assert.equal(spent.length, 2 * PAGE_SIZE + 1);
    assert.ok(data.jobs.some((/** @type {any} */ { kind }) => kind === 'publish'));
    const csv = await fileOf('history-csv');
    assert.equal(linesOf(csv.text).length, data.history.length + 1);
    await shown('the data of a site');
  });

  it(
    'usage: each day by what it was spent on, in bars, in words and in a table',
    LIMIT,
    async () => {
      // An open page would ask with a token that a day makes too old.
      await page.goto('about:blank');
      const days = [
        { caption: 3, image: 6 },
        { translate: 4 },
        { caption: 1, image: 2, translate: 1, hashtags: 1, alt_text: 1, summary: 1 },
      ];
      for (const actions of days) {
        await product.write('clock/advance', { duration: '1d' });
        await owner.reopen();
        for (const [action, amount] of Object.entries(actions)) await spend(action, amount);
      }
      await product.write('clock/advance', { duration: '1d' });
      await owner.reopen();
      await open('/usage?days=7');
      const legend = await on('usage-chart').getByRole('listitem').allTextContents();
      assert.deepEqual(legend, ['caption 45', 'image 8', 'translate 5', 'alt_text 1', 'Other 3']);
      await page.getByText('62 credits in 7 days').waitFor();
      await page.locator('[data-testid=usage-forecast][data-kind=runs_out]').waitFor();
      await shown('usage of several days');
      const chart = page.getByRole('slider', { name: 'Credits used by day' });
      await chart.focus();
      /** @type {string[]} */
      const told = [];
      for (const key of ['End', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'Home']) {
        await page.keyboard.press(key);
        told.push(((await on('usage-detail').textContent()) ?? '').replace(/^.*?: /, ''));
        assert.equal(
          await chart.getAttribute('aria-valuetext'),
          await on('usage-detail').textContent(),
        );
      }
      assert.deepEqual(told, [
        '0 credits',
        '7 credits (caption 1, image 2, translate 1, alt_text 1, Other 2)',
        '4 credits (translate 4)',
        '9 credits (caption 3, image 6)',
        '42 credits (caption 41, Other 1)',
        '0 credits',
      ]);
      await page.getByText('Show as a table').click();
      const rows = await on('usage-chart').getByRole('row').allInnerTexts();
      assert.deepEqual(
        rows.map((row) => row.split('\t').join(' ')),
        [
          'Day All caption image translate alt_text Other',
          `${dayAfter(0)} 42 41 0 0 0 1`,
          `${dayAfter(1)} 9 3 6 0 0 0`,
          `${dayAfter(2)} 4 0 0 4 0 0`,
          `${dayAfter(3)} 7 1 2 1 1 2`,
        ],
      );
      await shown('usage as a table');
      await page.getByRole('link', { name: '90 days' }).click();
      await page.getByText('62 credits in 90 days').waitFor();
      await shown('usage of ninety days');
    },
  );

  it('credits run low: the page says so by itself, and leads to the plans', LIMIT, async () => {
    await open('/');
    await shows(on('credits-available'), '38');
    assert.equal(await on('low-credits').count(), 0);
    await spend('image', 28);
    await on('low-credits').getByText('Only 10 credits left.').waitFor();
    await on('low-credits')
      .getByText(`100 credits arrive on ${dayAfter(30, { year: 'numeric' })}.`)
      .waitFor();
    await shown('few credits are left');
    await spend('image', 10);
    await on('low-credits').getByText('You have no credits left.').waitFor();
    await page
      .getByRole('alert')
      .getByText(/credit/i)
      .waitFor();
    await shown('no credits are left');
    await on('low-credits').getByRole('link', { name: 'Get more credits' }).click();
    await page.waitForURL('**/plans*');
    await on('upgrade-pro').click();
    const payer = new Dashboard(page);
    await payer.on('checkout-page').waitFor();
    await payer.payWith('4242 4242 4242 4242');
    await payer.app.locator('[data-testid=checkout-return][data-state=success]').waitFor();
    await payer.inApp('checkout-done').click();
    await payer.hasPlan('Pro');
    await payer.hasCredits('500');
    assert.equal(await payer.inApp('low-credits').count(), 0);
  });

  verdict(() => ({ album, watcher }));
});
