import { act, waitFor } from '@testing-library/react';
import { http, type JsonBodyType } from 'msw';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useWixContext } from '../context/WixContext';
import { aCheckout, aStatus } from '../testing/fixtures';
import { openPage, renderInWix } from '../testing/render';
import { api, fail, ok, startTestServer } from '../testing/server';
import { openCheckoutPage, useCheckout } from './useCheckout';
import { usePlans } from './usePlans';

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
      http.post(api('/billing/checkout-url'), async ({ request }) => {
        body = await request.json();
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
    server.msw.use(http.post(api('/billing/checkout-url'), () => fail(409, 'already_on_plan')));
    const { result } = start();
    await waitFor(() => expect(result.current.plans.data).toBeDefined());
    await waitFor(() => expect(result.current.wix.userData).toBeDefined());
    const polls = server.polls;
    act(() => result.current.checkout.purchase.mutate({ planId: 'free', billingCycle: 'MONTHLY' }));
    await waitFor(() => expect(server.polls).toBeGreaterThan(polls));
    expect(open).not.toHaveBeenCalled();
  });

  it('is_free_again_when_back_brings_the_page_from_memory', async () => {
    server.msw.use(
      http.post(api('/billing/checkout-url'), () =>
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

  it('takes_the_reminder_away_when_dismissed', async () => {
    const checkout = aCheckout();
    server.status = aStatus({ openCheckout: checkout });
    server.msw.use(
      http.post(api('/billing/checkout/chk_1/dismiss'), () => {
        server.status = aStatus();
        return ok({ ...checkout, status: 'dismissed' } as unknown as JsonBodyType);
      }),
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
