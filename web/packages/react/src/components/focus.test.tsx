import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeEach, expect, it } from 'vitest';
import { WixProvider } from '../context/WixProvider.js';
import { openPage } from '../testing/index.js';
import { Dialog } from './Dialog.js';

beforeEach(() => openPage(''));

/** A dialog whose button opens another one, which takes that button away. */
function Two() {
  const [open, setOpen] = useState<'none' | 'first' | 'second'>('none');
  const [isDone, setDone] = useState(false);
  return (
    <main tabIndex={-1}>
      <button type="button" onClick={() => setOpen('first')}>
        Open
      </button>
      <Dialog isOpen={open !== 'none'} title="First" onClose={() => setOpen('none')}>
        {!isDone && (
          <button type="button" onClick={() => setOpen('second')}>
            Ask
          </button>
        )}
      </Dialog>
      <Dialog isOpen={open === 'second'} title="Second" onClose={() => setOpen('first')}>
        <button
          type="button"
          onClick={() => {
            setDone(true);
            setOpen('first');
          }}
        >
          Yes
        </button>
      </Dialog>
    </main>
  );
}

it('goes_back_to_what_opened_a_dialog_and_else_into_the_dialog_around_it', async () => {
  render(
    <WixProvider>
      <Two />
    </WixProvider>,
  );
  const focused = () =>
    document.activeElement?.getAttribute('aria-label') ?? document.activeElement;
  const press = async (name: string) => userEvent.click(screen.getByRole('button', { name }));
  await press('Open');
  await press('Ask');
  await press('Yes');
  expect(focused()).toBe('Close');
  await press('Close');
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Open' }));
});

it('stays_with_whoever_has_it_when_a_dialog_closes', async () => {
  const { rerender } = render(<Beside isOpen={false} />);
  screen.getByRole('button', { name: 'Open' }).focus();
  rerender(<Beside isOpen />);
  screen.getByLabelText('Search').focus();
  rerender(<Beside isOpen={false} />);
  expect(document.activeElement).toBe(screen.getByLabelText('Search'));
});

function Beside({ isOpen }: { isOpen: boolean }) {
  return (
    <WixProvider>
      <button type="button">Open</button>
      <input aria-label="Search" />
      <Dialog isOpen={isOpen} title="First" onClose={() => {}}>
        inside
      </Dialog>
    </WixProvider>
  );
}
