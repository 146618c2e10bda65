// Chromium, and what each step leaves behind: a screenshot and the accessibility findings.
import { accessSync, constants } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { writeContents } from './contents.mjs';
import { flawsOf } from './flaws.mjs';
import { REPOSITORY } from './product.mjs';

const fromWeb = createRequire(new URL('../../../web/package.json', import.meta.url));
/** @type {typeof import('playwright-core')} */
const { chromium } = fromWeb('playwright-core');

const SCREENSHOTS = join(REPOSITORY, 'target/screenshots');
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function chromiumPath() {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM) return CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const places = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = places.find(isExecutable);
  if (!found)
    throw new Error('no Chromium on the PATH; install the package chromium or set CHROMIUM');
  return found;
}

export function launch() {
  return chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
}

/**
 * Notes in every frame when a balance and when a state of the return from the checkout was first seen.
 * Runs before any script of the page, so nothing is missed between two looks of the test.
 */
export function recordSights() {
  /** @type {Record<string, number>} */
  const sights = {};
  Object.assign(window, { sights });
  const look = () => {
    const credits = document.querySelector('[data-testid=credits-available]')?.textContent;
    const state = document
      .querySelector('[data-testid=checkout-return]')
      ?.getAttribute('data-state');
    const percent = document.querySelector('[data-testid=job-percent]')?.textContent;
    const step = document.querySelector('[data-testid=job-step]')?.textContent;
    for (const [name, value] of Object.entries({ credits, state, percent, step })) {
      if (value) sights[`${name} ${value}`] ??= Date.now();
    }
  };
  const options = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(look).observe(document, options);
}

/**
 * What `recordSights` saw in a frame: `credits 1,200` → epoch milliseconds.
 * @param {import('playwright-core').Frame} frame
 * @returns {Promise<Record<string, number>>}
 */
export function sightsOf(frame) {
  return frame.evaluate(() => /** @type {any} */ (window).sights);
}

export class Album {
  /** @type {{ step: string, file: string }[]} */
  #pictures = [];
  /** Where the pages keep somebody out. @type {string[]} */
  findings = [];
  /** What the pictures show that is cut, covered or empty. @type {string[]} */
  flaws = [];
  #axe = '';

  /**
   * @param {string} title
   * @param {string} folder
   */
  constructor(title, folder) {
    this.title = title;
    this.folder = folder;
  }

  /**
   * An empty album in a folder of its own below `target/screenshots`.
   * @param {string} title
   * @param {string} name
   */
  static async open(title, name) {
    const folder = join(SCREENSHOTS, name);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const album = new Album(title, folder);
    album.#axe = await readFile(fromWeb.resolve('axe-core/axe.min.js'), 'utf8');
    return album;
  }

  /**
   * Takes a picture, and looks over what it shows.
   * @param {import('playwright-core').Page} page
   * @param {string} step
   * @param {{ whole?: boolean }} [options] `whole`: also what is below the window
   */
  async take(page, step, { whole = false } = {}) {
    const number = String(this.#pictures.length + 1).padStart(2, '0');
    const name = step
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    const file = `${number}-${name.slice(0, 60)}.png`;
    const path = join(this.folder, file);
    await page.screenshot({ path, animations: 'disabled', fullPage: whole });
    this.#pictures.push({ step, file });
    const { width = 0 } = page.viewportSize() ?? {};
    const flaws = await flawsOf(page);
    this.flaws.push(...flaws.map((flaw) => `[${step}] at ${width} px: ${flaw}`));
  }

  /**
   * Collects serious and critical findings in the page and in the frames it shows.
   * @param {import('playwright-core').Page} page
   * @param {string} step
   */
  async checkAccess(page, step) {
    for (const frame of page.frames()) {
      if (!frame.url().startsWith('http')) continue;
      await frame.evaluate(this.#axe);
      const found = await frame.evaluate(async () => {
        const { axe } = /** @type {any} */ (window);
        // Each frame is asked by itself: axe's own way into frames needs scripts in all of them first.
        const { violations } = await axe.run(document, {
          iframes: false,
          resultTypes: ['violations'],
        });
        return violations
          .filter((/** @type {any} */ { impact }) => ['serious', 'critical'].includes(impact))
          .map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`);
      });
      this.findings.push(...found.map((/** @type {string} */ text) => `[${step}] ${text}`));
    }
  }

  /** Writes `index.html` beside the pictures, and the one above that links all albums. */
  async close() {
    const figures = this.#pictures.map(
      ({ step, file }) =>
        `<figure><a href="${file}"><img src="${file}" alt=""></a><figcaption>${step}</figcaption></figure>`,
    );
    const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${this.title}</title>
<style>body{font:16px/1.5 sans-serif;margin:2rem;background:#eef1f6}h1{font-size:1.4rem}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(420px,1fr));gap:1.5rem}
figure{margin:0}img{width:100%;border:1px solid #ccd;border-radius:6px}</style>
<h1>${this.title}</h1><main>${figures.join('\n')}</main></html>\n`;
    const index = join(this.folder, 'index.html');
    await writeFile(index, page);
    await writeContents(SCREENSHOTS);
    return index;
  }
}
