// One page that links every album of screenshots.
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The albums that are closed, by name. One that is being taken anew has no index yet.
 * @param {string} folder
 */
async function albumsIn(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const items = await Promise.all(
    names.sort().map(async (name) => {
      const page = await readFile(join(folder, name, 'index.html'), 'utf8').catch(() => null);
      const title = page?.match(/<title>(.*?)<\/title>/)?.[1];
      if (page === null || title === undefined) return '';
      const pictures = page.split('<figure>').length - 1;
      return `<li><a href="${name}/index.html">${title}</a> (${pictures} pictures)</li>\n`;
    }),
  );
  return items.join('');
}

/**
 * Writes `index.html` above the albums. Two files of tests may close theirs at once: the page takes its place whole, and who
 * put it there looks again, so that the last one to do so has seen them all.
 * @param {string} folder
 */
export async function writeContents(folder) {
  const own = join(folder, `.index-${randomUUID()}.html`);
  let albums = await albumsIn(folder);
  for (let written = ''; written !== albums; albums = await albumsIn(folder)) {
    await writeFile(
      own,
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>body{font:16px/1.8 sans-serif;margin:2rem;background:#eef1f6}h1{font-size:1.4rem}</style>
<h1>Screenshots</h1><ul>
${albums}</ul></html>\n`,
    );
    await rename(own, join(folder, 'index.html'));
    written = albums;
  }
}
