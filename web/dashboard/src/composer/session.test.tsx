import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { api, fail } from '@wixapp/react/testing';
import { http } from 'msw';
import { expect, it } from 'vitest';
import { startAutopost } from '../testing/openAutopost';

const { server, open } = startAutopost();

it.each([
  ['the_live_stream', () => server.drop()],
  ['saving', () => userEvent.click(screen.getByTestId('composer-save'))],
])('words_that_are_being_written_survive_a_session_that_%s_finds_over', async (_name, notice) => {
  await open('/compose');
  const text = await screen.findByTestId<HTMLTextAreaElement>('composer-text');
  await userEvent.click(text);
  await userEvent.paste('Fresh bread');
  const refused = () => fail(401, 'token_expired');
  server.msw.use(
    http.get(api('/user/status'), refused),
    http.get(api('/live'), refused),
    http.post('*/api/v1/posts', refused),
    http.post('*/api/v1/posts/check', refused),
  );
  await notice();
  const message = await screen.findByTestId('screen-session-over');
  expect(message.textContent).toMatch(/Copy what you have not saved/);
  const now = screen.getByTestId<HTMLTextAreaElement>('composer-text');
  expect([now, now.value]).toEqual([text, 'Fresh bread']);
});
