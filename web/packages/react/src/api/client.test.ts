import { HttpResponse, http } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import { credits } from '../testing/fixtures.js';
import { fail, type Good, handle, lost, nothing, ok, on, raw } from '../testing/handle.js';
import { startTestServer } from '../testing/server.js';
import { createApiClient } from './client.js';
import { ApiError, retryAfterMs } from './error.js';
import { REQUEST_TIMEOUT_MS } from './request.js';

const server = startTestServer();
const client = createApiClient({
  baseUrl: 'http://app.test',
  getToken: () => 'tok',
  fetch: (input, init) => fetch(input, init),
});
const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable('the call should fail'),
    (error: unknown) => error as ApiError,
  );

describe('ApiClient', () => {
  it('unwraps_the_data_of_a_successful_reply', async () => {
    expect(await client.status()).toEqual(server.status);
    expect(server.authorizations).toEqual(['WixInstance tok']);
  });

  it('sends_the_idempotency_key_and_the_body_of_a_spend', async () => {
    let seen: unknown;
    server.msw.use(
      on('creditsSpend', ({ request, body }) => {
        seen = [request.headers.get('idempotency-key'), body];
        return ok({ entryId: 'ent_1', credits: credits(199, 2) });
      }),
    );
    await client.spend({ amount: 1, action: 'post' }, 'key-1');
    expect(seen).toEqual(['key-1', { amount: 1, action: 'post' }]);
  });

  it('sends_a_file_as_it_is_under_its_own_media_type', async () => {
    let seen: unknown;
    server.msw.use(
      handle(
        { method: 'POST', path: '/api/v1/images' },
        ({ request, body }): Good<{ id: string }> => {
          seen = [request.headers.get('content-type'), body];
          return ok({ id: 'img_1' }, 201);
        },
      ),
    );
    const file = new Blob(['bytes'], { type: 'image/png' });
    expect(await client.call('/api/v1/images', { method: 'POST', file })).toEqual({ id: 'img_1' });
    expect(seen).toEqual(['image/png', 'bytes']);
  });

  it('takes_an_answer_without_content', async () => {
    server.msw.use(handle({ method: 'DELETE', path: '/api/v1/posts/post_1' }, nothing));
    expect(await client.call('/api/v1/posts/post_1', { method: 'DELETE' })).toBeUndefined();
  });

  it('turns_the_error_wrapper_into_an_error_with_its_request_id', async () => {
    server.msw.use(on('userStatus', () => fail('unavailable', 'Busy.')));
    const error = await failure(client.status());
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'unavailable', message: 'Busy.', requestId: 'req_7' });
    expect(error.isRetryable).toBe(true);
  });

  it('calls_an_expired_token_the_end_of_the_session', async () => {
    server.msw.use(on('userStatus', () => fail('token_expired')));
    expect((await failure(client.status())).isSessionOver).toBe(true);
  });

  it.each([
    ['a page instead of JSON', () => HttpResponse.text('<html>', { status: 502 })],
    ['a success without the wrapper', () => HttpResponse.json({ hello: 1 })],
    ['nothing at all', () => new HttpResponse(null, { status: 200 })],
  ])('refuses_%s', async (_name, answer) => {
    server.msw.use(on('userStatus', () => raw(answer())));
    expect((await failure(client.status())).code).toBe('bad_response');
  });

  it('tells_a_broken_connection_from_a_bad_answer', async () => {
    server.msw.use(on('userStatus', () => lost()));
    const error = await failure(client.status());
    expect([error.code, error.isOffline]).toEqual(['network', true]);
  });

  it.each([
    ['the_usual_time', {}, REQUEST_TIMEOUT_MS],
    ['the_time_a_call_asks_for', { timeoutMs: 60_000 }, 60_000],
  ])('stops_waiting_after_%s', async (_, options, limit) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const silent = createApiClient({
      baseUrl: '',
      getToken: () => null,
      fetch: (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    });
    const ended = vi.fn();
    const call = failure(silent.call('/api/v1/images', options)).finally(ended);
    await vi.advanceTimersByTimeAsync(limit - 1);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await call).code).toBe('timeout');
  });

  it('escapes_ids_in_paths', async () => {
    let path = '';
    server.msw.use(
      http.get('http://app.test/*', ({ request }) => {
        path = new URL(request.url).pathname;
        return ok({});
      }),
    );
    await client.checkout('../../user/status');
    expect(path).toBe('/api/v1/wix/billing/checkout/..%2F..%2Fuser%2Fstatus');
  });
});

it('reads_both_forms_of_retry_after', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(retryAfterMs('3', now)).toBe(3_000);
  expect(retryAfterMs('Sat, 21 Nov 2026 12:00:05 GMT', now)).toBe(5_000);
  expect(retryAfterMs('soon', now)).toBeUndefined();
  expect(retryAfterMs(null, now)).toBeUndefined();
});
