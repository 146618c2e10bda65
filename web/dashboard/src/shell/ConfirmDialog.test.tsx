import { useMutation } from '@tanstack/react-query';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ApiError, ToastHost, WixProvider } from '@wixapp/react';
import { type ReactNode, useState } from 'react';
import { describe, expect, it } from 'vitest';
import { ConfirmDialog } from './ConfirmDialog';

const WORDS = {
  title: 'Burn the letter?',
  text: 'Ashes stay ashes.',
  keep: 'Keep it',
  confirm: 'Burn',
  pending: 'Burning…',
  failed: 'It does not burn.',
};

/** What was asked for, and the way to answer it. */
interface Fire {
  burnt: string[];
  answer: { yes(): void; no(error: Error): void };
}

function Desk({ fire, children }: { fire: Fire; children?: ReactNode }) {
  const [letter, setLetter] = useState<string | null>(null);
  const [hasLetter, setHasLetter] = useState(true);
  const burn = useMutation({
    mutationFn: (subject: string) => {
      fire.burnt.push(subject);
      return new Promise<void>((yes, no) => {
        fire.answer = { yes, no };
      });
    },
    onSuccess: () => setHasLetter(false),
  });
  return (
    <main tabIndex={-1} data-testid="desk">
      {hasLetter && (
        <button type="button" onClick={() => setLetter('letter_1')}>
          Burn…
        </button>
      )}
      <ConfirmDialog
        name="burn"
        subject={letter}
        ask={() => WORDS}
        action={burn}
        onClose={() => setLetter(null)}
      >
        {children}
      </ConfirmDialog>
    </main>
  );
}

const dialog = () => screen.queryByRole('dialog', { name: 'Burn the letter?' });
const now = () => screen.getByTestId('burn-now');
const problem = () => screen.getByTestId('burn-problem').textContent;
const opener = () => screen.getByRole('button', { name: 'Burn…' });

async function ask(children?: ReactNode): Promise<Fire> {
  const fire: Fire = { burnt: [], answer: { yes: () => {}, no: () => {} } };
  render(
    <WixProvider>
      <Desk fire={fire}>{children}</Desk>
      <ToastHost />
    </WixProvider>,
  );
  await userEvent.click(opener());
  return fire;
}

describe('a question before what cannot be undone', () => {
  it('does_nothing_when_it_is_answered_with_no', async () => {
    const fire = await ask();
    expect(dialog()?.textContent).toContain('Ashes stay ashes.');
    await userEvent.click(screen.getByTestId('burn-keep'));
    expect([dialog(), fire.burnt]).toEqual([null, []]);
  });

  it('waits_until_it_is_done_and_closes', async () => {
    const fire = await ask();
    await userEvent.click(now());
    await waitFor(() => expect(now().textContent).toBe('Burning…'));
    expect(now().getAttribute('aria-busy')).toBe('true');
    await userEvent.click(now());
    expect(fire.burnt).toEqual(['letter_1']);
    fire.answer.yes();
    await waitFor(() => expect(dialog()).toBeNull());
  });

  it('says_inside_why_it_failed_and_may_be_tried_again', async () => {
    const fire = await ask();
    await userEvent.click(now());
    const refusal = { code: 'conflict', status: 409, message: 'It is wet.' };
    await waitFor(() => expect(fire.burnt).toHaveLength(1));
    fire.answer.no(new ApiError(refusal));
    await waitFor(() => expect(problem()).toBe('It is wet.'));
    expect([now().textContent, screen.queryByTestId('toast')]).toEqual(['Burn', null]);
    await userEvent.click(now());
    await waitFor(() => expect(fire.burnt).toHaveLength(2));
    expect(problem()).toBe('');
    fire.answer.no(new Error('?'));
    await waitFor(() => expect(problem()).toBe('It does not burn.'));
    await userEvent.click(screen.getByTestId('burn-keep'));
    await userEvent.click(opener());
    expect(problem()).toBe('');
  });

  it('says_by_a_toast_that_it_failed_when_nobody_waits_inside', async () => {
    const fire = await ask();
    await userEvent.click(now());
    await waitFor(() => expect(fire.burnt).toHaveLength(1));
    // What a browser makes of Escape.
    fireEvent(screen.getByRole('dialog'), new Event('close'));
    expect(dialog()).toBeNull();
    fire.answer.no(new Error('?'));
    expect((await screen.findByTestId('toast')).textContent).toBe('It does not burn.');
  });

  it('keeps_the_keyboard_inside_and_gives_it_back', async () => {
    const fire = await ask(<input aria-label="Why" />);
    const close = screen.getByRole('button', { name: 'Close' });
    now().focus();
    await userEvent.tab();
    expect(document.activeElement).toBe(close);
    await userEvent.tab({ shift: true });
    expect(document.activeElement).toBe(now());
    screen.getByLabelText('Why').focus();
    await userEvent.tab();
    expect(document.activeElement).toBe(screen.getByTestId('burn-keep'));
    await userEvent.keyboard('{Enter}');
    expect(dialog()).toBeNull();
    expect(document.activeElement).toBe(opener());

    await userEvent.keyboard('{Enter}');
    await userEvent.click(now());
    await waitFor(() => expect(fire.burnt).toHaveLength(1));
    fire.answer.yes();
    // The button is gone with the letter.
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('desk')));
  });
});
