import { act, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useWixContext } from '../context/WixContext.js';
import { aCheckout, aPlanList, aStatus } from '../testing/fixtures.js';
import { fail, ok, on } from '../testing/handle.js';
import { fakeClock, openPage, renderInWix } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { LEAVING_MS, openCheckoutPage, useCheckout } from './useCheckout.js';
import { usePlans } from './usePlans.js';

const server = startTestServer();

describe('useCheckout', () => {
  const open = vi.fn();
  beforeEach(() => {
    open.mockReset();
    vi.spyOn(window, 'open').mockImplementation(open);
    openPage();
  });

  const start = () =>
    renderInWix(() => ({ wix: useWixContext(), plans: usePlans(), checkout: useCheckout() }));

  it('opens_the_checkout_over_the_whole_dashboard', async () => {
    let body: unknown;
    server.msw.use(
      on('billingCheckoutUrl', (asked) => {
        body = asked.body;
        return ok({ checkoutId: 'chk_1', checkoutUrl: 'https://pay.test/checkout/1' });
      }),
    );
    const { result } = start();
    act(() =>
      result.current.checkout.purchase.mutate({ planId: 'starter', billingCycle: 'YEARLY' }),
    );
    await waitFor(() => expect(open).toHaveBeenCalledWith('https://pay.test/checkout/1', '_top'));
    expect(body).toEqual({ planId: 'starter', billingCycle: 'YEARLY', languageCode: 'en' });
  });

  it('reads_plans_and_status_again_when_the_plan_is_not_for_sale', async () => {
    let reads = 0;
    server.msw.use(
      on('billingCheckoutUrl', () => fail('already_on_plan')),
      on('billingPlans', () => {
        reads += 1;
        return ok(aPlanList(reads === 1 ? 'free' : 'starter'));
      }),
    );
    const { result } = start();
    await waitFor(() => expect(result.current.plans.data).toBeDefined());
    await waitFor(() => expect(result.current.wix.userData).toBeDefined());
    const polls = server.polls;
    act(() => result.current.checkout.purchase.mutate({ planId: 'free', billingCycle: 'MONTHLY' }));
    await waitFor(() => expect(server.polls).toBeGreaterThan(polls));
    await waitFor(() => expect(result.current.plans.data?.currentPlanId).toBe('starter'));
    expect(reads).toBe(2);
    expect(open).not.toHaveBeenCalled();
  });

  it('is_free_again_when_back_brings_the_page_from_memory', async () => {
    server.msw.use(
      on('billingCheckoutUrl', () =>
        ok({ checkoutId: 'chk_1', checkoutUrl: 'https://pay.test/checkout/1' }),
      ),
    );
    const { result } = start();
    act(() =>
      result.current.checkout.purchase.mutate({ planId: 'starter', billingCycle: 'MONTHLY' }),
    );
    await waitFor(() => expect(result.current.checkout.purchase.isSuccess).toBe(true));
    act(() => {
      window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    });
    await waitFor(() => expect(result.current.checkout.purchase.isIdle).toBe(true));
  });

  it('is_free_again_when_the_browser_does_not_leave', async () => {
    fakeClock();
    const answer = { checkoutId: 'chk_1', checkoutUrl: 'https://pay.test/checkout/1' };
    server.msw.use(
      on('billingCheckoutUrl', () => ok(answer)),
      on('billingTopUpCheckoutUrl', () => ok(answer)),
    );
    const { result } = start();
    const { purchase, topUp } = result.current.checkout;
    act(() => {
      purchase.mutate({ planId: 'starter', billingCycle: 'MONTHLY' });
      topUp.mutate('hundred');
    });
    const states = () => {
      const { purchase, topUp } = result.current.checkout;
      return [purchase.status, topUp.status];
    };
    await waitFor(() => expect(states()).toEqual(['success', 'success']));
    await act(() => vi.advanceTimersByTimeAsync(LEAVING_MS - 1_000));
    expect(states()).toEqual(['success', 'success']);
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    expect(states()).toEqual(['idle', 'idle']);
  });

  it('takes_the_reminder_away_when_dismissed', async () => {
    const checkout = aCheckout();
    server.status = aStatus({ openCheckout: checkout });
    server.msw.use(
      on(
        'billingCheckoutDismiss',
        () => {
          server.status = aStatus();
          return ok({ ...checkout, status: 'dismissed' });
        },
        { at: { checkoutId: 'chk_1' } },
      ),
    );
    const { result } = start();
    await waitFor(() => expect(result.current.wix.userData?.openCheckout).not.toBeNull());
    act(() => result.current.checkout.dismissal.mutate('chk_1'));
    await waitFor(() => expect(result.current.wix.userData?.openCheckout).toBeNull());
  });

  it('refuses_an_address_that_is_not_a_web_page', () => {
    expect(() => openCheckoutPage('javascript:alert(1)')).toThrow();
    expect(open).not.toHaveBeenCalled();
  });
});
