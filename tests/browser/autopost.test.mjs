// A newcomer's way through autopost's pages, against the running product: a first post, a network that refuses one and
// takes it the second time, a post for tomorrow, a connection that expires. Screenshots go to target/screenshots/autopost.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answerTo } from './lib/answer.mjs';
import { Bluesky, HANDLE, PASSWORD } from './lib/bluesky.mjs';
import { Album, launch } from './lib/browser.mjs';
import { look, settled } from './lib/look.mjs';
import { Owner } from './lib/owner.mjs';
import { Product } from './lib/product.mjs';
import { openTab } from './lib/tab.mjs';
import { verdict } from './lib/verdict.mjs';
import { Watcher } from './lib/watcher.mjs';

const LIMIT_MS = 240_000;
const DAY_MS = 86_400_000;
const WIDTHS = [360, 768, 1440];
/** A real image: the server looks at its bytes. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGO4uTgaK2IYWhIAIfp1wWWW9DkAAAAASUVORK5CYII=',
  'base64',
);

/** @typedef {import('playwright-core').Page} Page */

describe('autopost', () => {
  /** @type {Bluesky} */
  let bluesky;
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
    album = await Album.open('Autopost', 'autopost');
    bluesky = await Bluesky.start();
    product = await Product.start({ AUTOPOST_BLUESKY_URL: bluesky.url });
    browser = await launch();
    owner = await Owner.of(product);
    await owner.hasCredits(200);
    page = await openTab(browser, watcher);
  });

  after(async () => {
    const index = await album?.close();
    process.stdout.write(`screenshots: ${index}\n`);
    await browser?.close();
    await product?.remove();
    bluesky?.stop();
  });

  /** @param {string} path */
  async function open(path) {
    await page.goto(owner.at(path));
    await settled(page);
  }

  /**
   * @param {string} name
   * @param {readonly number[]} [widths]
   */
  async function shown(name, widths = [360, 1440]) {
    watcher.step = name;
    await look(album, page, name, { widths });
    await page.setViewportSize({ width: 1440, height: 900 });
  }

  const on = (/** @type {string} */ id) => page.getByTestId(id);
  const state = (/** @type {string} */ is) =>
    page.locator(`[data-testid=post-page][data-state=${is}]`).waitFor();
  const result = (/** @type {string} */ network, /** @type {string} */ is) =>
    page.locator(`[data-testid=result-${network}][data-state=${is}]`);

  /** Clicks what saves a post; the status of the answer. */
  const save = (/** @type {string} */ id, /** @type {string} */ button, on = page) =>
    answerTo(on, 'PUT', new RegExp(`/posts/${id}$`), () => on.getByTestId(button).click());

  /** The posts of the local platform's network with this text. @param {string} text */
  async function published(text) {
    const { posts } = await product.read('_fake-network/posts');
    return posts.filter((/** @type {any} */ post) => post.text.includes(text));
  }

  /** @param {string} mood how the local platform's network behaves from now on */
  async function setMood(mood) {
    const response = await fetch(`${product.platform}/_fake-network/mood`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-emulator': '1' },
      body: JSON.stringify({ mood }),
    });
    assert.equal(response.status, 200, await response.text());
  }

  it('a first post goes out with an image, in a few steps', { timeout: LIMIT_MS }, async () => {
    await open('/posts');
    await on('post-first').waitFor();
    await shown('no posts yet', WIDTHS);
    await on('post-first').click();
    await settled(page);
    await on('composer-text').fill('Fresh bread from seven on. https://bakery.example #bread');
    await on('image-file').setInputFiles({ name: 'bread.png', mimeType: 'image/png', buffer: PNG });
    await on('image-alt').fill('A loaf on a board');
    await on('preview-fake').locator('.preview__mark').nth(1).waitFor();
    assert.equal(await on('composer-run').textContent(), 'Publish for 1 credit');
    await shown('a first post', WIDTHS);
    await on('composer-run').click();
    await state('published');
    await on('result-link-fake').waitFor();
    await shown('a first post is out', WIDTHS);
    const [out, ...others] = await published('Fresh bread');
    assert.deepEqual([out.images[0].alt, others], ['A loaf on a board', []]);
    await owner.hasCredits(199);
  });

  it('an image that is none, and an address within the house, are refused kindly', {
    timeout: LIMIT_MS,
  }, async () => {
    watcher.allow(/status of 422 .*\/api\/v1\/images/);
    await open('/compose');
    const file = { name: 'not-an-image.png', mimeType: 'image/png', buffer: Buffer.from('words') };
    await on('image-file').setInputFiles(file);
    await page.getByText('This is no PNG, JPEG, GIF or WebP image.').waitFor();
    await on('image-address').fill('http://127.0.0.1/secret.png');
    await on('image-fetch').click();
    await page.getByText(/no public image at this address/).waitFor();
    await shown('images that are refused');
  });

  it('a network is connected, and says why when it refuses', { timeout: LIMIT_MS }, async () => {
    watcher.allow(/status of 422 .*\/api\/v1\/networks\/bluesky/);
    await open('/networks');
    await on('connect-bluesky').click();
    await on('field-handle').fill(HANDLE);
    await on('field-password').fill('wrong');
    await on('connect-now').click();
    await page.locator('[data-testid=connect-problem]:not(:empty)').waitFor();
    await shown('a password that is wrong');
    await on('field-password').fill(PASSWORD);
    await on('connect-now').click();
    await page.locator('[data-testid=network-bluesky][data-state=connected]').waitFor();
    await shown('bluesky is connected', WIDTHS);
  });

  it('a brand profile puts its hashtags under new posts', { timeout: LIMIT_MS }, async () => {
    await open('/profiles');
    await on('profile-first').click();
    await on('profile-name').fill('Corner bakery');
    await on('profile-hashtags').fill('bread bakery');
    await shown('a new profile');
    await on('profile-save').click();
    await page.locator('[data-testid=profile-card][data-default=true]').waitFor();
    await shown('a profile', WIDTHS);
    await open('/compose');
    assert.equal(await on('composer-text').inputValue(), '\n\n#bread #bakery');
  });

  it('a post is too long for one network only, and gets its own words there', {
    timeout: LIMIT_MS,
  }, async () => {
    await open('/compose');
    await on('composer-text').fill(`Rolls, rye and a long story: ${'dough '.repeat(50)}`);
    await page.getByText(/Too long for Bluesky/).waitFor();
    assert.equal(await on('counter-bluesky').getAttribute('data-over'), 'true');
    assert.equal(await on('counter-fake').getAttribute('data-over'), 'false');
    await shown('too long for one network', WIDTHS);
    await on('version-add-bluesky').click();
    await on('version-bluesky').fill('Rolls and rye, in short.');
    await page.getByText(/Too long for Bluesky/).waitFor({ state: 'detached' });
    await on('preview-choose-bluesky').click();
    await on('preview-bluesky').getByText('Rolls and rye, in short.').waitFor();
    await shown('words of its own');
  });

  it('is partly published when a network refuses, and the second try goes there alone', {
    timeout: LIMIT_MS,
  }, async () => {
    bluesky.isRefusing = true;
    await on('composer-run').click();
    await state('partly_published');
    await result('fake', 'published').waitFor();
    await result('bluesky', 'failed')
      .getByText(/Not on a Sunday/)
      .waitFor();
    await owner.hasCredits(198);
    await shown('partly published', WIDTHS);
    bluesky.isRefusing = false;
    await on('post-retry').click();
    await state('published');
    await result('bluesky', 'published').waitFor();
    await shown('published at the second try');
    assert.equal((await published('Rolls, rye')).length, 1);
    const texts = [...bluesky.records.values()].map(({ text }) => text);
    assert.deepEqual(texts, ['Rolls and rye, in short.']);
    await owner.hasCredits(197);
  });

  it('a post for tomorrow waits in the calendar, and goes out when its time comes', {
    timeout: LIMIT_MS,
  }, async () => {
    const { now } = await owner.call('/api/v1/wix/user/status');
    const tomorrow = await page.evaluate((at) => {
      const local = new Date(at);
      const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
      return `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`;
    }, Date.parse(now) + DAY_MS);
    await open(`/compose?day=${tomorrow}`);
    await on('composer-text').fill('Tomorrow: cinnamon buns.');
    await on('composer-choose-bluesky').uncheck();
    await shown('a post for tomorrow');
    await on('composer-run').click();
    await state('scheduled');
    await open(`/calendar?view=month&day=${tomorrow}`);
    await on('day-posts').getByText('Tomorrow: cinnamon buns.').waitFor();
    await shown('the calendar', WIDTHS);
    await on(`day-${tomorrow}`).focus();
    await page.keyboard.press('ArrowUp');
    await on('day-posts').waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowDown');
    await on('day-posts').waitFor();
    await owner.hasCredits(197);
    // An open page would ask with a token that two days make too old.
    await page.goto('about:blank');
    await product.write('clock/advance', { duration: '2d' });
    await owner.reopen();
    await open('/posts?q=cinnamon');
    await page.locator('[data-testid=post-row][data-state=published]').waitFor();
    await owner.hasCredits(196);
  });

  it('a connection that has expired is renewed, and the post goes on', {
    timeout: LIMIT_MS,
  }, async () => {
    await setMood('expired');
    await open('/compose');
    await on('composer-text').fill('Patience, said the dough.');
    await on('composer-choose-bluesky').uncheck();
    await on('composer-run').click();
    await page.getByText(/waits until you connect/).waitFor();
    await shown('a post that waits for its network');
    await page.getByRole('link', { name: 'Connect again' }).click();
    await on('connect-fake').click();
    await on('connect-now').click();
    await page.locator('[data-testid=network-fake][data-state=connected]').waitFor();
    await open('/posts?q=Patience');
    await page.locator('[data-testid=post-row][data-state=published]').waitFor();
    assert.equal((await published('Patience')).length, 1);
  });

  it('nobody loses words: by the back button, or to somebody else', {
    timeout: LIMIT_MS,
  }, async () => {
    await open('/posts');
    await on('post-new').click();
    await settled(page);
    await on('composer-text').fill('Half a thought');
    // More than once: where the router heard of the step, what it drew was a matter of milliseconds.
    for (const round of [1, 2, 3, 4, 5]) {
      await page.goBack();
      await on('leave-dialog').waitFor();
      await page.waitForURL('**/compose');
      if (round === 1) await shown('leaving asks');
      await on('leave-keep').click();
      assert.equal(await on('composer-text').inputValue(), 'Half a thought');
    }
    await on('composer-save').click();
    await page.waitForURL('**/compose?post=*');
    const id = new URL(page.url()).searchParams.get('post') ?? '';
    const other = await page.context().newPage();
    await other.goto(owner.at(`/compose?post=${id}`));
    await other.getByTestId('composer-text').fill('Their thought');
    assert.equal(await save(id, 'composer-save', other), 200);
    await other.close();
    watcher.allow(new RegExp(`status of 409 .*/api/v1/posts/${id}`));
    await on('composer-text').fill('A whole thought');
    assert.equal(await save(id, 'composer-save'), 409);
    await on('composer-stale').waitFor();
    await shown('somebody else was first', WIDTHS);
    assert.equal(await save(id, 'stale-mine'), 200);
    // Leaving is held up only once the page itself is done with it.
    await page.locator('[data-testid=composer-run][aria-busy=false]').waitFor();
    const { text } = await owner.call(`/api/v1/posts/${id}`);
    assert.equal(text, 'A whole thought');
    await on('composer-text').fill('Never mind');
    await page.goBack();
    await on('leave-now').click();
    await page.waitForURL('**/posts*');
  });

  it('a post is copied, and deleted after a clear word', { timeout: LIMIT_MS }, async () => {
    await open('/posts?q=whole');
    await page.getByRole('link', { name: 'A whole thought' }).click();
    await on('post-duplicate').click();
    await page.waitForURL('**/compose?post=*');
    await open('/posts?q=whole');
    await page.getByRole('link', { name: 'A whole thought' }).nth(1).waitFor();
    await page.getByRole('link', { name: 'A whole thought' }).first().click();
    await on('post-delete').click();
    await shown('before a post is deleted');
    await on('post-delete-now').click();
    await page.waitForURL('**/posts*');
    await open('/posts?q=whole');
    assert.equal(await on('post-row').count(), 1);
  });

  for (const language of ['de', 'he']) {
    it(`reads well in ${language}, filled with what was written`, {
      timeout: LIMIT_MS,
    }, async () => {
      const { posts } = await owner.call('/api/v1/posts?q=Rolls');
      await page.context().close();
      page = await openTab(browser, watcher, { language });
      for (const path of [
        '/posts',
        `/post?id=${posts[0].id}`,
        '/calendar?view=month',
        '/calendar?view=week',
      ]) {
        await open(path);
        await shown(`${language} ${path.replace(/id=.*/, 'id')}`, WIDTHS);
      }
    });
  }

  verdict(() => ({ album, watcher }));
});
