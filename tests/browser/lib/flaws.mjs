// What a reader would find wrong with a page at first sight: something cut, covered, or empty.
import * as cover from './page/cover.mjs';
import * as cut from './page/cut.mjs';
import * as empty from './page/empty.mjs';
import * as over from './page/look-over.mjs';
import * as scene from './page/scene.mjs';
import * as scroll from './page/scroll.mjs';

/** The modules under `page/` as one script: what they import of each other is beside them. */
const LOOK_OVER = `(() => {
${Object.entries({ ...scene, ...scroll, ...cut, ...cover, ...empty, ...over })
  .map(([name, part]) =>
    typeof part === 'function' ? String(part) : `const ${name} = ${JSON.stringify(part)};`,
  )
  .join('\n')}
return lookOver();
})()`;

/**
 * Looks over a page and the frames in it.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>}
 */
async function lookOver(page) {
  const frames = page
    .frames()
    .filter((frame) => frame === page.mainFrame() || frame.url().startsWith('http'));
  const found = await Promise.all(frames.map((frame) => frame.evaluate(LOOK_OVER)));
  return /** @type {string[][]} */ (found).flat();
}

/**
 * The flaws of a page as it stands. One that is gone a moment later belonged to something that was just moving.
 * @param {import('playwright-core').Page} page
 */
export async function flawsOf(page) {
  const first = await lookOver(page);
  if (first.length === 0) return [];
  await page.waitForTimeout(300);
  const again = new Set(await lookOver(page));
  return first.filter((flaw) => again.has(flaw));
}
