import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { fail, on, onLive } from '@wixapp/react/testing';
import { expect, it } from 'vitest';
import { startAutopost } from '../testing/openAutopost';
import { onAutopost } from '../testing/routes';

const { server, open } = startAutopost();

it.each([
  ['the_live_stream', () => server.drop()],
  ['saving', () => userEvent.click(screen.getByTestId('composer-save'))],
])('words_that_are_being_written_survive_a_session_that_%s_finds_over', async (_name, notice) => {
  await open('/compose');
  const text = await screen.findByTestId<HTMLTextAreaElement>('composer-text');
  await userEvent.click(text);
  await userEvent.paste('Fresh bread');
  const refused = () => fail('token_expired');
  server.msw.use(
    on('userStatus', refused),
    onLive(refused),
    onAutopost('createPost', refused),
    onAutopost('checkPost', refused),
  );
  await notice();
  const message = await screen.findByTestId('screen-session-over');
  expect(message.textContent).toMatch(/Copy what you have not saved/);
  const now = screen.getByTestId<HTMLTextAreaElement>('composer-text');
  expect([now, now.value]).toEqual([text, 'Fresh bread']);
});
