import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { stripRemoteFonts } from '../vite/plugins';

export default defineConfig({
  plugins: [stripRemoteFonts(), react()],
  resolve: {
    // The package does not ship its stories; only this workspace has them, here and in tsconfig.base.json.
    alias: {
      '@wixapp/react/stories': new URL('../packages/react/src/stories/index.ts', import.meta.url)
        .pathname,
    },
    conditions: ['wixapp-source', 'module', 'browser', 'development|production'],
  },
  build: { target: 'es2022', assetsInlineLimit: 0 },
});
