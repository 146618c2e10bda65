import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { startAutopost } from '../testing/openAutopost';

const { open } = startAutopost();

/** The fields whose placeholder has the color that is dark enough on white. */
function mended(): string {
  const css = readFileSync(join(import.meta.dirname, 'posts.css'), 'utf8').replace(
    /\/\*.*?\*\//gs,
    '',
  );
  const rule = css
    .split('}')
    .find((each) => /::placeholder/.test(each) && /color: #656e7d/.test(each));
  return (rule?.split('{')[0] ?? '').replaceAll('::placeholder', '').trim();
}

it.each([
  ['/', 'post-text'],
  ['/compose', 'image-address'],
])('every_placeholder_of_%s_is_dark_enough', async (path, field) => {
  await open(path);
  await screen.findByTestId(field);
  const fields = [...document.querySelectorAll('[placeholder]')];
  expect(fields.length).toBeGreaterThan(0);
  expect(fields.filter((each) => !each.matches(mended()))).toEqual([]);
});
