import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { stripRemoteFonts } from '../vite/plugins';

export default defineConfig({
  plugins: [stripRemoteFonts(), react()],
  resolve: { conditions: ['wixapp-source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2022', assetsInlineLimit: 0 },
});
