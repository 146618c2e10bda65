import { type PropNote, propsOf, summaryOf } from '@wixapp/react/stories';

/** The package's own source texts: what their doc comments say is the documentation. */
const SOURCES = Object.values(
  import.meta.glob<string>(
    [
      '../../packages/react/src/**/*.{ts,tsx}',
      '!**/*.test.*',
      '!**/stories/**',
      '!**/generated/**',
    ],
    { query: '?raw', import: 'default', eager: true },
  ),
);

export function summaryFor(component: string): string {
  return summaryOf(SOURCES, component);
}

export function propsFor(component: string): PropNote[] | null {
  return propsOf(SOURCES, component);
}
