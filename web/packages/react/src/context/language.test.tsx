import { act, render, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { PACKAGE_LANGUAGES, useMessages } from '../messages/useMessages.js';
import { aStatus } from '../testing/fixtures.js';
import { openPage, Providers } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { keepLanguage, readLanguage } from './language.js';
import { useWixContext } from './WixContext.js';

const server = startTestServer();
afterEach(() => localStorage.clear());

let choose: (language: string | null) => void = () => {};
function Page() {
  const { format, setLanguage } = useWixContext();
  const { credits } = useMessages();
  choose = setLanguage;
  return <p data-testid="text">{`${format.locale}: ${credits(1200)}`}</p>;
}
const text = () => screen.getByTestId('text').textContent;
const page = () => [document.documentElement.lang, document.documentElement.dir];
const open = (query: string) => {
  openPage(query);
  render(<Page />, { wrapper: Providers });
};

describe('the language of a page', () => {
  it('is_the_one_Wix_opened_it_in', () => {
    open('instance=t&locale=de-AT');
    expect(text()).toBe('de-AT: 1\u00a0200 Credits');
    expect(page()).toEqual(['de-AT', 'ltr']);
  });

  it('is_the_owners_where_the_address_names_none', async () => {
    server.status = aStatus({ locale: 'he' });
    open('instance=t');
    await waitFor(() => expect(page()).toEqual(['he', 'rtl']));
  });

  it('changes_at_once_and_stays_for_the_next_visit', () => {
    open('instance=t&locale=en');
    act(() => choose('he'));
    expect([text(), ...page()]).toEqual(['he: 1,200 קרדיטים', 'he', 'rtl']);
    expect(readLanguage(window)).toBe('he');
    act(() => choose(null));
    expect([readLanguage(window), ...page()]).toEqual([null, 'en', 'ltr']);
  });

  it('keeps_the_region_of_a_chosen_language', () => {
    keepLanguage(window, 'de');
    open('instance=t&locale=de-CH');
    expect(page()).toEqual(['de-CH', 'ltr']);
  });

  it('ignores_a_choice_it_has_no_texts_for', () => {
    keepLanguage(window, 'xx');
    open('instance=t&locale=de');
    expect(page()).toEqual(['de', 'ltr']);
  });

  it('works_in_a_frame_whose_storage_is_blocked', () => {
    const blocked = {
      get localStorage(): Storage {
        throw new DOMException('blocked', 'SecurityError');
      },
    } as Window;
    expect(readLanguage(blocked)).toBeNull();
    expect(() => keepLanguage(blocked, 'de')).not.toThrow();
  });

  it('is_one_of_three', () => {
    expect(PACKAGE_LANGUAGES).toEqual(['en', 'de', 'he']);
  });
});
