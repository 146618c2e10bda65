import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useRef } from 'react';
import { expect, it } from 'vitest';
import { useKeptFocus } from './useKeptFocus';

function Page({ has = '' }: { has?: string }) {
  const content = useRef<HTMLElement>(null);
  useKeptFocus(content);
  return (
    <>
      <p>Beside it</p>
      <main ref={content} id="content" tabIndex={-1}>
        {has.includes('a') && <button type="button">First</button>}
        {has.includes('b') && <button type="button">Second</button>}
        {has.includes('d') && (
          <dialog open>
            <button type="button">Inside</button>
          </dialog>
        )}
      </main>
    </>
  );
}

const focused = () => document.activeElement?.id || document.activeElement?.localName;

/** Focuses a button, does something, takes that away, and lets observers look. */
async function after(name: string, left: string, between = async () => {}) {
  const { rerender } = render(<Page has="abd" />);
  act(() => screen.getByRole('button', { name }).focus());
  await between();
  rerender(<Page has={left} />);
  await act(async () => {});
  return focused();
}

it('goes_to_the_content_when_what_had_the_keyboard_is_gone', async () => {
  expect(await after('First', 'bd')).toBe('content');
});

it('stays_where_it_is_when_something_else_goes', async () => {
  expect(await after('First', 'a')).toBe('button');
});

it.each([
  ['pointed somewhere else', () => userEvent.click(screen.getByText('Beside it'))],
  ['went to another frame', async () => void window.dispatchEvent(new Event('blur'))],
])('is_not_taken_from_who_%s', async (_name, leave) => {
  expect(await after('First', 'b', leave)).toBe('body');
});

it('leaves_a_dialog_to_give_it_back', async () => {
  expect(await after('Inside', 'ab')).toBe('body');
});
