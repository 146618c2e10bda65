import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useWixContext } from '../context/WixContext.js';
import { useFailureText } from '../messages/useFailure.js';
import { fail, on, onLive } from '../testing/handle.js';
import { openPage, Providers } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { SessionGate } from './SessionGate.js';

const server = startTestServer();
const refuse = () =>
  server.msw.use(
    on('userStatus', () => fail('token_expired')),
    onLive(() => fail('token_expired')),
  );

/** A page with a field, and a way to ask the server again. */
function Page() {
  const { refreshUserData, error } = useWixContext();
  const failureText = useFailureText();
  return (
    <>
      <textarea aria-label="Words" />
      <button type="button" onClick={() => void refreshUserData()}>
        ask
      </button>
      <p data-testid="failure">{error === null ? '' : failureText(error, 'otherwise')}</p>
    </>
  );
}

const show = (query?: string, isAfterPayment = false) => {
  openPage(query);
  return render(
    <SessionGate loading={<p>loading</p>} isAfterPayment={isAfterPayment}>
      <Page />
    </SessionGate>,
    { wrapper: Providers },
  );
};
const words = () => screen.getByLabelText<HTMLTextAreaElement>('Words');
const message = () => screen.findByTestId('screen-session-over');

async function writeUntilItIsOver(isAfterPayment = false, query?: string) {
  show(query, isAfterPayment);
  await userEvent.type(await screen.findByLabelText('Words'), 'Unsaved');
  const field = words();
  refuse();
  act(() => screen.getByText('ask').click());
  return { field, banner: await message() };
}

describe('a session that ends while the page is open', () => {
  let reload: ReturnType<typeof vi.spyOn>;
  beforeEach(() => {
    reload = vi.spyOn(window.location, 'reload').mockImplementation(() => undefined);
  });

  it('leaves_the_words_and_the_focus_where_they_are_below_the_message', async () => {
    const { field, banner } = await writeUntilItIsOver();
    expect(words()).toBe(field);
    expect([field.value, document.activeElement]).toEqual(['Unsaved', field]);
    expect(banner.getAttribute('role')).toBe('alert');
    expect(banner.compareDocumentPosition(field)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(banner.textContent).toMatch(/Copy what you have not saved, then reload/);
    expect(banner.textContent).not.toMatch(/payment/);
  });

  it('says_after_a_payment_that_it_is_safe', async () => {
    const { banner } = await writeUntilItIsOver(true);
    expect(banner.textContent).toMatch(/your payment is safe/);
  });

  it.each([
    ['en', /nothing can be saved/],
    ['de', /nichts mehr gespeichert/],
    ['he', /אי אפשר לשמור/],
  ])('tells_of_a_failed_call_what_it_means_in_%s', async (language, said) => {
    await writeUntilItIsOver(false, `instance=token-1&locale=${language}`);
    await waitFor(() => expect(screen.getByTestId('failure').textContent).toMatch(said));
  });

  it('reloads_only_when_it_is_asked_to', async () => {
    await writeUntilItIsOver();
    expect(reload).not.toHaveBeenCalled();
    await userEvent.click(screen.getByTestId('session-reload'));
    expect(reload).toHaveBeenCalledOnce();
  });

  it('offers_no_reload_where_it_would_bring_back_the_old_token', async () => {
    const dashboard = {
      get location(): Location {
        throw new DOMException('Blocked a frame of another origin.', 'SecurityError');
      },
    };
    vi.spyOn(window, 'top', 'get').mockReturnValue(dashboard as Window);
    await writeUntilItIsOver();
    expect(screen.queryByTestId('session-reload')).toBeNull();
  });
});

it('promises_a_page_that_was_never_there_only_what_a_reload_does', async () => {
  refuse();
  show();
  const { textContent } = await message();
  expect(textContent).toMatch(/Reload the page in your browser to go on/);
  expect(textContent).not.toMatch(/where you were|Copy/);
  expect(screen.queryByLabelText('Words')).toBeNull();
});
