import { act, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Checkout, HistoryEntry } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { aCheckout, anEntry, aStarterStatus } from '../testing/fixtures.js';
import { fail, lost, ok, on } from '../testing/handle.js';
import { fakeClock, openPage, renderInWix } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { useCheckout } from './useCheckout.js';
import { PATIENCE_MS, useCheckoutReturn } from './useCheckoutReturn.js';

const server = startTestServer();
const PAID_AT = '2026-11-21T12:00:30Z';
const paid = (changes: Partial<Checkout> = {}) =>
  aCheckout({ status: 'completed', completedAt: PAID_AT, ...changes });

describe('useCheckoutReturn', () => {
  let checkout: Checkout;
  let returns: number;

  beforeEach(() => {
    fakeClock();
    openPage();
    checkout = aCheckout();
    returns = 0;
    server.msw.use(
      on(
        'billingCheckoutReturn',
        () => {
          returns += 1;
          return ok(checkout);
        },
        { at: { checkoutId: 'chk_1' } },
      ),
      on('billingCheckoutShow', () => ok(checkout), { at: { checkoutId: 'chk_1' } }),
    );
  });

  /** The server's books, newest first, from which it gives what the address asks for. */
  const history = (...books: HistoryEntry[]) =>
    server.msw.use(
      on('creditsHistory', ({ query: asked }) => {
        const entries = books.filter(
          ({ kind, pool, at }) =>
            kind === (asked.get('kind') ?? kind) &&
            pool === (asked.get('pool') ?? pool) &&
            Date.parse(at) >= Date.parse(asked.get('from') ?? at),
        );
        return ok({ entries, nextCursor: null });
      }),
    );

  function comeBack(payment: string | null, checkoutId: string | null) {
    const view = renderInWix(() => ({
      wix: useWixContext(),
      back: useCheckoutReturn({ payment, checkoutId }),
      resume: useCheckout().resume,
    }));
    const state = (wanted: string) =>
      waitFor(() => expect(view.result.current.back.state).toBe(wanted));
    return { result: view.result, state, unmount: view.unmount };
  }

  it('asks_the_server_at_once_and_stays_processing_while_the_checkout_is_open', async () => {
    const { result } = comeBack('success', 'chk_1');
    await waitFor(() => expect(result.current.back.checkout?.status).toBe('open'));
    expect(result.current.back.state).toBe('processing');
    expect(returns).toBe(1);
  });

  it('turns_to_success_by_the_live_stream_with_old_and_new_balance', async () => {
    history(anEntry({ at: PAID_AT }), anEntry({ at: '2026-11-01T00:00:00Z' }));
    const { result, state } = comeBack('success', 'chk_1');
    await waitFor(() => expect(result.current.wix.live).toBe('open'));
    server.send('status', aStarterStatus());
    server.send('checkout', paid());
    await state('success');
    await waitFor(() => expect(result.current.back).toMatchObject({ before: 200, after: 1200 }));
  });

  it('turns_to_success_by_asking_when_every_webhook_is_lost', async () => {
    server.streamWorks = false;
    const { result, state } = comeBack('success', 'chk_1');
    await waitFor(() => expect(result.current.back.checkout?.status).toBe('open'));
    checkout = paid();
    await act(() => vi.advanceTimersByTimeAsync(5_000));
    await state('success');
  });

  it('says_that_the_network_is_lost_and_goes_on_by_itself_when_it_is_back', async () => {
    server.streamWorks = false;
    const { result, state } = comeBack('success', 'chk_1');
    await waitFor(() => expect(result.current.back.checkout?.status).toBe('open'));
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    act(() => void window.dispatchEvent(new Event('offline')));
    await state('offline');
    checkout = paid();
    const asked = returns;
    await act(() => vi.advanceTimersByTimeAsync(70_000));
    expect([result.current.back.state, returns]).toEqual(['offline', asked]);
    onLine.mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event('online')));
    await state('success');
  });

  it.each([
    ['processing', 0],
    ['waiting', PATIENCE_MS],
  ])('promises_nothing_when_the_session_ends_while_%s', async (before, afterMs) => {
    server.streamWorks = false;
    const { result, state } = comeBack('success', 'chk_1');
    await waitFor(() => expect(result.current.back.checkout?.status).toBe('open'));
    await act(() => vi.advanceTimersByTimeAsync(afterMs));
    await state(before);
    let refused = 0;
    const refuse = () => {
      refused += 1;
      return fail('token_expired');
    };
    server.msw.use(on('billingCheckoutReturn', refuse, { at: { checkoutId: 'chk_1' } }));
    await act(() => vi.advanceTimersByTimeAsync(15_000));
    await state('unwatched');
    const asked = refused;
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    act(() => void window.dispatchEvent(new Event('offline')));
    await act(() => vi.advanceTimersByTimeAsync(2 * PATIENCE_MS));
    expect([result.current.back.state, refused]).toEqual(['unwatched', asked]);
    onLine.mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event('online')));
  });

  it('leaves_a_confirmed_payment_confirmed_when_the_session_ends', async () => {
    server.streamWorks = false;
    checkout = paid();
    const { result, state } = comeBack('success', 'chk_1');
    await state('success');
    server.msw.use(on('userStatus', () => fail('token_expired')));
    await act(() => result.current.wix.refreshUserData());
    await waitFor(() => expect(result.current.wix.session).toBe('over'));
    expect(result.current.back.state).toBe('success');
  });

  it('goes_on_waiting_without_a_network_and_says_that_it_is_interrupted', async () => {
    server.streamWorks = false;
    const { result, state } = comeBack('success', 'chk_1');
    await waitFor(() => expect(result.current.back.checkout?.status).toBe('open'));
    await act(() => vi.advanceTimersByTimeAsync(61_000));
    await state('waiting');
    expect(result.current.back.isInterrupted).toBe(false);
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    act(() => void window.dispatchEvent(new Event('offline')));
    expect([result.current.back.state, result.current.back.isInterrupted]).toEqual([
      'waiting',
      true,
    ]);
    onLine.mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event('online')));
    await waitFor(() => expect(result.current.back.isInterrupted).toBe(false));
  });

  it('tells_the_same_balances_after_a_reload', async () => {
    checkout = paid();
    server.status = aStarterStatus();
    history(
      anEntry({ kind: 'spend', amount: -1, at: '2026-11-21T12:01:00Z', balanceAfter: 1199 }),
      anEntry({ at: PAID_AT }),
    );
    const { result, state } = comeBack('success', 'chk_1');
    await state('success');
    await waitFor(() => expect(result.current.back).toMatchObject({ before: 200, after: 1200 }));
  });

  it.each([
    ['a_promo_code', { pool: 'promo', text: 'Promo code WELCOME', amount: 50 }],
    ['a_top_up', { pool: 'purchased', text: '100 credits bought', amount: 100 }],
    ['a_new_cycle', { pool: 'plan', text: 'Free plan, new cycle', amount: 200 }],
  ] as const)('takes_no_grant_of_%s_for_the_purchase', async (_name, other) => {
    checkout = paid();
    const before = 200 + other.amount;
    history(
      anEntry({ entryId: 'ent_4', at: '2026-11-21T12:05:00Z', balanceAfter: before + 2000 }),
      anEntry({ entryId: 'ent_3', at: PAID_AT, balanceAfter: before + 1000 }),
      anEntry({ entryId: 'ent_2', at: '2026-11-21T12:00:10Z', balanceAfter: before, ...other }),
    );
    const { result, state } = comeBack('success', 'chk_1');
    await state('success');
    await waitFor(() =>
      expect(result.current.back).toMatchObject({ before, after: before + 1000 }),
    );
  });

  it('takes_the_grant_of_a_top_up_for_what_was_paid_once', async () => {
    checkout = paid({ planId: 'hundred', billingCycle: 'ONE_TIME' });
    history(
      anEntry({ at: PAID_AT, pool: 'purchased', amount: 100, balanceAfter: 350 }),
      anEntry({ at: '2026-11-21T12:00:10Z', pool: 'promo', amount: 50, balanceAfter: 250 }),
    );
    const { result, state } = comeBack('success', 'chk_1');
    await state('success');
    await waitFor(() => expect(result.current.back).toMatchObject({ before: 250, after: 350 }));
  });

  it('says_after_a_minute_that_it_still_waits_and_keeps_watching', async () => {
    const { result, state } = comeBack('success', 'chk_1');
    await waitFor(() => expect(result.current.back.checkout?.status).toBe('open'));
    await act(() => vi.advanceTimersByTimeAsync(PATIENCE_MS));
    await state('waiting');
    const asked = returns;
    checkout = paid();
    await act(() => vi.advanceTimersByTimeAsync(15_000));
    await state('success');
    expect(returns).toBe(asked + 1);
  });

  it.each([
    ['kept', () => undefined],
    [
      'blocked',
      () => {
        const refuse = () => {
          throw new DOMException('Blocked.', 'SecurityError');
        };
        for (const way of ['getItem', 'setItem', 'removeItem'] as const) {
          vi.spyOn(Storage.prototype, way).mockImplementation(refuse);
        }
      },
    ],
  ])(
    'counts_the_minute_from_the_return_also_after_another_page_with_storage_%s',
    async (_name, prepare) => {
      prepare();
      const first = comeBack('success', 'chk_1');
      await first.state('processing');
      await act(() => vi.advanceTimersByTimeAsync(PATIENCE_MS / 2));
      first.unmount();
      const second = comeBack('success', 'chk_1');
      expect(second.result.current.back.state).toBe('processing');
      await act(() => vi.advanceTimersByTimeAsync(PATIENCE_MS / 2));
      expect(second.result.current.back.state).toBe('waiting');
      second.unmount();
      await act(() => vi.advanceTimersByTimeAsync(PATIENCE_MS));
      // At once: not a moment of "usually within a few seconds".
      expect(comeBack('success', 'chk_1').result.current.back.state).toBe('waiting');
    },
  );

  it('keeps_of_the_return_only_when_it_was_and_only_until_it_is_decided', async () => {
    const { state } = comeBack('success', 'chk_1');
    await state('processing');
    expect(Object.keys(sessionStorage)).toEqual(['wixapp.return.chk_1']);
    expect(sessionStorage.getItem('wixapp.return.chk_1')).toMatch(/^\d+$/);
    checkout = paid();
    await act(() => vi.advanceTimersByTimeAsync(5_000));
    await state('success');
    expect(Object.keys(sessionStorage)).toEqual([]);
  });

  it('waits_anew_for_a_checkout_that_is_paid_after_all', async () => {
    vi.spyOn(window, 'open').mockReturnValue(null);
    const first = comeBack('success', 'chk_1');
    await act(() => vi.advanceTimersByTimeAsync(PATIENCE_MS));
    await first.state('waiting');
    act(() => first.result.current.resume(checkout));
    first.unmount();
    expect(comeBack('success', 'chk_1').result.current.back.state).toBe('processing');
  });

  it('stays_processing_while_the_server_cannot_be_reached', async () => {
    server.msw.use(on('billingCheckoutReturn', () => lost(), { at: { checkoutId: 'chk_1' } }));
    const { result } = comeBack('success', 'chk_1');
    await waitFor(() => expect(result.current.back.isInterrupted).toBe(true));
    expect(result.current.back.state).toBe('processing');
  });

  it.each([
    ['without a checkout', null],
    ['with a checkout of nobody', 'chk_forged'],
  ])('believes_no_forged_success_%s', async (_name, checkoutId) => {
    server.msw.use(
      on('billingCheckoutReturn', () => fail('not_found'), { at: { checkoutId: 'chk_forged' } }),
    );
    const { result, state } = comeBack('success', checkoutId);
    await state('unknown');
    expect(result.current.back.after).toBe(result.current.wix.userData?.credits.available ?? null);
  });

  it('says_that_a_checkout_is_too_old_instead_of_waiting_for_ever', async () => {
    checkout = aCheckout({ status: 'expired' });
    await comeBack('success', 'chk_1').state('expired');
  });

  it.each(['declined', 'failed'])(
    'tells_a_%s_payment_from_one_that_was_given_up',
    async (payment) => {
      await comeBack(payment, 'chk_1').state('declined');
      expect(returns).toBe(0);
    },
  );

  it('shows_a_cancelled_payment_without_asking_wix', async () => {
    const { result, state } = comeBack('cancelled', 'chk_1');
    await state('cancelled');
    await waitFor(() => expect(result.current.back.checkout?.planId).toBe('starter'));
    expect(returns).toBe(0);
  });

  it('shows_success_when_a_cancelled_checkout_was_paid_in_another_tab', async () => {
    checkout = paid();
    await comeBack('cancelled', 'chk_1').state('success');
  });
});
