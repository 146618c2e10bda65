import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompress, stripRemoteFonts } from '../vite/plugins';
import { purgeDesignSystem } from '../vite/purge';

const sources = [fileURLToPath(new URL('./src', import.meta.url))];
const { WIXAPP_PLATFORM_URL: platform = 'http://127.0.0.1:4100' } = process.env;

export default defineConfig({
  plugins: [stripRemoteFonts(), purgeDesignSystem({ sources }), react(), precompress()],
  build: {
    target: 'es2022',
    // The page's font-src is 'self': a font inlined as data: would be refused.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/_emulator': platform, '/_fake-network': platform } },
});
