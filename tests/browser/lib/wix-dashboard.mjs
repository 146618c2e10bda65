// Wix's own dashboard package as one script, for a frame that plays an app built with it.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const fromWeb = createRequire(new URL('../../../web/package.json', import.meta.url));

/** The package, unchanged, under the global name `WixDashboard`. */
export async function bundle() {
  /** @type {typeof import('vite')} */
  const { build } = await import(pathToFileURL(fromWeb.resolve('vite')).href);
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      lib: {
        entry: fromWeb.resolve('@wix/dashboard').replace('/cjs/', '/esm/'),
        formats: ['iife'],
        name: 'WixDashboard',
      },
    },
  });
  const [{ output }] = /** @type {any} */ (Array.isArray(built) ? built : [built]);
  return /** @type {string} */ (output[0].code);
}
