import { defineConfig } from 'vitest/config';

const project = (name: string, root: string) => ({
  extends: true as const,
  test: { name, root },
});

export default defineConfig({
  resolve: {
    // The package does not ship its test server; only this workspace has it, here and in tsconfig.base.json.
    alias: {
      '@wixapp/react/testing': new URL('./packages/react/src/testing/index.ts', import.meta.url)
        .pathname,
    },
    conditions: ['wixapp-source', 'module', 'browser', 'development|production'],
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}', '*.test.ts'],
    setupFiles: [new URL('./vitest.setup.ts', import.meta.url).pathname],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    unstubGlobals: true,
    projects: [
      project('react', './packages/react'),
      project('dashboard', './dashboard'),
      project('emulator', './emulator'),
      project('vite', './vite'),
    ],
  },
});
