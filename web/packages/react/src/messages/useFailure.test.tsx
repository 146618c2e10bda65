import { waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { ApiError } from '../api/error.js';
import { openPage, renderInWix } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { useFailure } from './useFailure.js';

startTestServer();

const anError = (status: number, code: string) =>
  new ApiError({ status, code, message: 'The server’s words.', requestId: 'req_9' });

it.each([
  ['en', 503, 'unavailable', 'Otherwise.', 'req_9'],
  ['en', 502, 'wix_unavailable', 'Otherwise.', 'req_9'],
  ['en', 404, 'bad_response', 'Otherwise.', 'req_9'],
  ['en', 422, 'invalid_request', 'The server’s words.', null],
  ['en', 409, 'conflict', 'The server’s words.', null],
  ['de', 422, 'invalid_request', 'Otherwise.', 'req_9'],
  ['he', 500, 'internal', 'Otherwise.', 'req_9'],
])(
  'names_the_request_only_where_words_do_not_help: %s %i %s',
  async (locale, status, code, text, requestId) => {
    openPage(`instance=token-1&locale=${locale}`);
    const { result } = renderInWix(useFailure);
    await waitFor(() => expect(result.current).toBeTruthy());
    expect(result.current(anError(status, code), 'Otherwise.')).toEqual({ text, requestId });
  },
);

it.each([
  [0, 'network'],
  [401, 'token_expired'],
  [403, 'forbidden'],
  [429, 'rate_limited'],
])('says_in_the_pages_own_words_what_each_page_knows: %i %s', (status, code) => {
  openPage('instance=token-1&locale=de');
  const { result } = renderInWix(useFailure);
  const { text, requestId } = result.current(anError(status, code), 'Otherwise.');
  expect(requestId).toBeNull();
  expect(text).not.toMatch(/Otherwise|server/);
});

it.each(['en', 'de', 'he'])('says_why_nothing_is_sold: %s', (locale) => {
  openPage(`instance=token-1&locale=${locale}`);
  const { result } = renderInWix(useFailure);
  const codes = ['already_on_plan', 'downgrade_not_sold', 'billing_cycle_not_sold'];
  const said = codes.map((code) => result.current(anError(409, code), 'Otherwise.'));
  expect(said.every(({ requestId }) => requestId === null)).toBe(true);
  expect(new Set(said.map(({ text }) => text)).size).toBe(codes.length);
  expect(said.map(({ text }) => text).join()).not.toMatch(/Otherwise|The server/);
});

it('has_no_id_for_what_never_was_a_request', () => {
  openPage();
  const { result } = renderInWix(useFailure);
  expect(result.current(new Error('a defect'), 'Otherwise.')).toEqual({
    text: 'Otherwise.',
    requestId: null,
  });
});
