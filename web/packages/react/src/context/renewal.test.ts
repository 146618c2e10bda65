import { afterEach, describe, expect, it, vi } from 'vitest';
import { ASK_LIMIT_MS, renewingFetch } from './renewal.js';

function setUp(ask: () => Promise<string>) {
  let token = 'old';
  const sent: string[] = [];
  const plain = (async (_input, init) => {
    const authorization = new Headers(init?.headers).get('authorization') ?? '';
    sent.push(authorization);
    return new Response(null, { status: authorization === 'new' ? 200 : 401 });
  }) as typeof fetch;
  const fetch = renewingFetch({
    fetch: plain,
    ask,
    onToken: (fresh) => {
      token = fresh;
    },
    authorization: () => ({ authorization: token }),
  });
  const call = () => fetch('/x', { headers: { authorization: token } });
  return { call, sent };
}

describe('renewingFetch', () => {
  afterEach(() => void vi.useRealTimers());

  it('sends_a_refused_call_again_with_the_new_token', async () => {
    const { call, sent } = setUp(async () => 'new');
    expect((await call()).status).toBe(200);
    expect(sent).toEqual(['old', 'new']);
  });

  it('asks_once_for_calls_that_are_refused_together', async () => {
    const ask = vi.fn(async () => 'new');
    const { call } = setUp(ask);
    const answers = await Promise.all([call(), call(), call()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(ask).toHaveBeenCalledOnce();
  });

  it('does_not_wait_for_ever_for_a_dashboard_that_is_not_there', async () => {
    vi.useFakeTimers();
    const { call, sent } = setUp(() => new Promise(() => {}));
    const answer = call();
    await vi.advanceTimersByTimeAsync(ASK_LIMIT_MS);
    expect((await answer).status).toBe(401);
    expect(sent).toEqual(['old']);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('no dashboard'))],
    ['has_none', async () => ''],
    ['gives_one_that_is_refused_too', async () => 'other'],
  ])('passes_the_refusal_on_when_the_dashboard_%s', async (_name, ask) => {
    const { call, sent } = setUp(ask);
    expect((await call()).status).toBe(401);
    expect(sent.length).toBeLessThanOrEqual(2);
  });
});
