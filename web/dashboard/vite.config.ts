import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { paintBeforeStyles, precompress, preloadFonts, stripRemoteFonts } from '../vite/plugins';
import { purgeDesignSystem } from '../vite/purge';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.WIXAPP_SERVER_URL ?? 'http://127.0.0.1:4101';

export default defineConfig({
  plugins: [
    stripRemoteFonts(),
    purgeDesignSystem({ sources: [folder('./src'), folder('../packages/react/src')] }),
    react(),
    paintBeforeStyles(),
    preloadFonts(),
    precompress(),
  ],
  resolve: { conditions: ['wixapp-source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2022',
    // The page's font-src is 'self': a font inlined as data: would be refused.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': server } },
});
