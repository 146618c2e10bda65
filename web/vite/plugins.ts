import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';
import type { Plugin } from 'vite';

const FONT_FACE = /@font-face\s*\{[^}]*\}/g;
const REMOTE_ADDRESS = /url\(\s*["']?(?:https?:)?\/\//;

/** The style sheet without the `@font-face` rules that fetch from another host. */
export function withoutRemoteFonts(css: string): string {
  return css.replace(FONT_FACE, (rule) => (REMOTE_ADDRESS.test(rule) ? '' : rule));
}

/**
 * The design system's style sheet loads its fonts from `static.parastorage.com`. The pages ship the
 * font themselves and their content security policy allows no other host. A remote address that
 * still gets through stops the build instead of failing in the reader's browser.
 */
export function stripRemoteFonts(): Plugin {
  return {
    name: 'wixapp-strip-remote-fonts',
    enforce: 'pre',
    transform(code, id) {
      if (!/\.css($|\?)/.test(id) || !code.includes('@font-face')) return null;
      return { code: withoutRemoteFonts(code), map: null };
    },
    generateBundle(_, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type !== 'asset' || !output.fileName.endsWith('.css')) continue;
        if (REMOTE_ADDRESS.test(String(output.source))) {
          this.error(`${output.fileName} loads something from another host`);
        }
      }
    },
  };
}

const STYLE_SHEET = /[ \t]*<link rel="stylesheet"[^>]*>\n?/g;

/** The document with its style sheets behind everything that is there to be painted. */
export function withStylesLast(html: string): string {
  const sheets = (html.match(STYLE_SHEET) ?? []).map((sheet) => `    ${sheet.trim()}\n`).join('');
  return html.replace(STYLE_SHEET, '').replace(/[ \t]*<\/body>/, () => `${sheets}  </body>`);
}

/**
 * A style sheet in the head holds back every paint until it has been fetched and read. At the end of
 * the body it holds back only what comes after it: the script still waits for it, so that the page
 * is never drawn without its styles, and the document's own skeleton is painted at once.
 */
export function paintBeforeStyles(): Plugin {
  return {
    name: 'wixapp-paint-before-styles',
    apply: 'build',
    transformIndexHtml: { order: 'post', handler: withStylesLast },
  };
}

/** What has the fonts among these files fetched together with the document's script. */
export function fontPreloads(files: readonly string[]) {
  const fonts = files.filter((name) => name.endsWith('.woff2')).sort();
  return fonts.map((name) => ({
    tag: 'link',
    attrs: {
      rel: 'preload',
      as: 'font',
      type: 'font/woff2',
      href: `/${name}`,
      crossorigin: true,
    },
    injectTo: 'head' as const,
  }));
}

/** Has the fonts there before the text: a style sheet alone would ask for them when the text is drawn. */
export function preloadFonts(): Plugin {
  return {
    name: 'wixapp-preload-fonts',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle = {} }) => fontPreloads(Object.keys(bundle)),
    },
  };
}

const COMPRESSIBLE = /\.(?:js|css|html|svg|json|txt|webmanifest)$/;
const WORTH_IT_BYTES = 1_024;
const brotli = promisify(brotliCompress);
const gz = promisify(gzip);

async function compressFile(path: string): Promise<void> {
  const raw = await readFile(path);
  if (raw.length < WORTH_IT_BYTES) return;
  const [br, gzipped] = await Promise.all([
    brotli(raw, { params: { [zlib.BROTLI_PARAM_SIZE_HINT]: raw.length } }),
    gz(raw, { level: zlib.Z_BEST_COMPRESSION }),
  ]);
  await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gzipped)]);
}

/** Writes `.br` and `.gz` beside every text file, so that the server never compresses on request. */
export function precompress(): Plugin {
  let outDir = '';
  return {
    name: 'wixapp-precompress',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    async closeBundle(error) {
      if (error) return;
      const entries = await readdir(outDir, { recursive: true });
      const files = entries.filter((name) => COMPRESSIBLE.test(name));
      await Promise.all(files.map((name) => compressFile(join(outDir, name))));
    },
  };
}
