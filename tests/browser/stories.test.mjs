// Every component of the package in all its stories, looked over for what keeps somebody out. Screenshots go to
// target/screenshots/stories.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Album, launch } from './lib/browser.mjs';
import { REPOSITORY } from './lib/product.mjs';
import { openTab } from './lib/tab.mjs';
import { verdict } from './lib/verdict.mjs';
import { Watcher } from './lib/watcher.mjs';

const LIMIT = { timeout: 300_000 };
const root = join(REPOSITORY, 'web/stories');
const fromWeb = createRequire(join(REPOSITORY, 'web/package.json'));
/** @type {typeof import('vite')} */
const { build, preview } = await import(pathToFileURL(fromWeb.resolve('vite')).href);

describe('the stories', () => {
  /** @type {import('vite').PreviewServer} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Album} */
  let album;
  let folder = '';
  const watcher = new Watcher();

  before(async () => {
    album = await Album.open('Stories', 'stories');
    folder = await mkdtemp(join(tmpdir(), 'wixapp-stories-'));
    const output = { outDir: folder, emptyOutDir: true };
    await build({ root, logLevel: 'error', build: output });
    server = await preview({ root, build: output, preview: { host: '127.0.0.1', port: 0 } });
    browser = await launch();
  }, LIMIT);

  after(async () => {
    process.stdout.write(`screenshots: ${await album?.close()}\n`);
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('are open to everybody', LIMIT, async () => {
    const [origin = ''] = server.resolvedUrls?.local ?? [];
    const page = await openTab(browser, watcher);
    await page.goto(origin);
    const menu = page.getByRole('navigation', { name: 'Components' }).getByRole('link');
    await menu.first().waitFor();
    const components = await menu.allTextContents();
    for (const component of components) {
      watcher.step = component;
      await page.goto(`${origin}?component=${component}`);
      await page.getByRole('heading', { name: component, exact: true, level: 2 }).waitFor();
      // A story that loads for ever is to be looked at, too; the others have begun to show what they have.
      await page.waitForFunction(() =>
        [...document.querySelectorAll('[data-testid=stage]')].every(
          (stage) => stage.childElementCount > 0,
        ),
      );
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
      await album.take(page, component, { whole: true });
      await album.checkAccess(page, component);
    }
    await page.context().close();
  });

  it('keep a price in words on its line, in every language', LIMIT, async () => {
    const [origin = ''] = server.resolvedUrls?.local ?? [];
    for (const language of ['en', 'de', 'he']) {
      const page = await openTab(browser, watcher, { language });
      await page.goto(`${origin}?component=PricingGrid&language=${language}`);
      const words = page.locator('.wxa-plan__amount[data-words=true]');
      await words.first().waitFor();
      const [inWords, ...others] = await page
        .locator('ul:has(.wxa-plan__amount[data-words=true]) .wxa-plan__amount')
        .evaluateAll((amounts) =>
          amounts
            .toSorted(
              (a, b) => Number(a.dataset.words === 'false') - Number(b.dataset.words === 'false'),
            )
            .map((amount) => amount.getBoundingClientRect().height),
        );
      assert.ok(others.length > 0);
      assert.ok(
        others.every((height) => height === inWords),
        `${language}: ${inWords}, ${others}`,
      );
      await album.take(page, `PricingGrid in ${language}`, { whole: true });
      await page.context().close();
    }
  });

  verdict(() => ({ album, watcher }));
});
