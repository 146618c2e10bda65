import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as everything from '../index.js';
import { PACKAGE_LANGUAGES } from '../messages/useMessages.js';
import { openPage } from '../testing/render.js';
import { propsOf, STORY_PAGES, type Story, StoryStage, summaryOf } from './index.js';

const ROOT = join(import.meta.dirname, '..');
const sources = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|stories|generated/.test(name))
  .map((name) => readFileSync(join(ROOT, name), 'utf8'));

/** Shown inside another component's story, or nothing to look at. */
const WITHOUT_A_PAGE = [
  'CreditCardSkeleton',
  'HistoryExport',
  'InfoIcon',
  'PlanCard',
  'WixProvider',
  'ApiError',
];
const components = Object.keys(everything).filter((name) => /^[A-Z][a-z]/.test(name));

describe('story pages', () => {
  it('show_every_component_of_the_package', () => {
    const shown = STORY_PAGES.map(({ component }) => component);
    expect([...shown, ...WITHOUT_A_PAGE].sort()).toEqual(components.sort());
  });

  it.each(STORY_PAGES)('$component is documented', ({ component }) => {
    expect(summaryOf(sources, component)).not.toBe('');
    const takesProps = new RegExp(
      `function ${component}(?:<\\w+>)?\\((?!\\))|class ${component} extends`,
    );
    const isAsked = sources.some((source) => takesProps.test(source));
    const props = propsOf(sources, component) ?? [];
    expect(props.length > 0).toBe(isAsked);
    expect(props.filter(({ text }) => text === '').map(({ name }) => name)).toEqual([]);
  });
});

describe('propsOf', () => {
  const source = [
    'export interface Base {',
    '  id: string;',
    '}',
    '',
    'export interface BarProps extends Base {',
    '  /**',
    '   * From 0',
    '   * to 100.',
    '   */',
    '  percent: number;',
    "  tone?: 'good' | 'bad';",
    '  /** The end. */',
    '  onEnd(reason: string): void;',
    '}',
    '',
    '/** How far',
    ' * it is. */',
    'export function Bar({ percent }: BarProps) {}',
  ].join('\n');

  it('reads_names_types_and_doc_comments', () => {
    expect(propsOf([source], 'Bar')).toEqual([
      { name: 'id', type: 'string', isRequired: true, text: '' },
      { name: 'percent', type: 'number', isRequired: true, text: 'From 0 to 100.' },
      { name: 'tone', type: "'good' | 'bad'", isRequired: false, text: '' },
      { name: 'onEnd', type: '(reason: string) => void', isRequired: true, text: 'The end.' },
    ]);
    expect(propsOf([source], 'Foo')).toBeNull();
  });

  it('reads_the_summary', () => {
    expect([summaryOf([source], 'Bar'), summaryOf([source], 'Foo')]).toEqual([
      'How far it is.',
      '',
    ]);
  });
});

const stories = STORY_PAGES.flatMap(({ component, stories }) =>
  stories.map((story) => ({ component, name: story.name, story })),
);

const BONES = '[data-testid=loading-screen], .wxa-credit-card--loading';

async function play(component: string, story: Story, language: string) {
  openPage(`instance=story&locale=${language}`);
  const { container } = render(<StoryStage story={story} />);
  const isAboutLoading =
    component === 'LoadingScreen' || Object.values(story.world?.answers ?? {}).includes('never');
  const settled = () =>
    waitFor(() => {
      expect(container.childElementCount).toBeGreaterThan(0);
      expect(container.querySelector(BONES) !== null).toBe(isAboutLoading);
    });
  await settled();
  for (const opener of screen.queryAllByRole('button', { name: 'Open' })) {
    await userEvent.click(opener);
    await screen.findByRole('dialog');
    await settled();
  }
  return container;
}

describe.each(PACKAGE_LANGUAGES)('stories in %s', (language) => {
  afterEach(() => {
    cleanup();
    window.history.replaceState(null, '', '/');
  });

  it.each(stories)('$component: $name', async ({ component, story }) => {
    const complaint = vi.spyOn(console, 'error');
    const container = await play(component, story, language);
    expect(container.textContent + container.innerHTML).not.toMatch(/undefined|NaN|\[object/);
    expect(document.documentElement.lang).toBe(language);
    expect(complaint).not.toHaveBeenCalled();
  });
});
