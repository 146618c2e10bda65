import { act, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { ok, on } from '../testing/handle.js';
import { fakeClock, openPage, renderInWix } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { LEAVING_MS } from './useCheckout.js';
import { usePricing } from './usePricing.js';

const server = startTestServer();

beforeEach(() => {
  fakeClock();
  openPage();
  vi.spyOn(window, 'open').mockReturnValue(null);
  server.msw.use(
    on('billingCheckoutUrl', () =>
      ok({ checkoutId: 'chk_1', checkoutUrl: 'https://pay.test/checkout/1' }),
    ),
  );
});

it('gives_the_buttons_back_when_the_checkout_does_not_take_the_place_of_the_page', async () => {
  const { result } = renderInWix(usePricing);
  await waitFor(() => expect(result.current.plans.data).toBeDefined());
  const starter = result.current.plans.data?.plans.find(({ id }) => id === 'starter');
  if (starter === undefined) throw new Error('no plan starter');
  const upgrade = async () => {
    act(() => result.current.upgrade(starter, 'MONTHLY'));
    await waitFor(() => expect(result.current.openingPlanId).toBe('starter'));
  };
  await upgrade();
  await waitFor(() => expect(window.open).toHaveBeenCalledOnce());
  expect(result.current.openingPlanId).toBe('starter');
  await act(() => vi.advanceTimersByTimeAsync(LEAVING_MS));
  await waitFor(() => expect(result.current.openingPlanId).toBeNull());
  await upgrade();
  await waitFor(() => expect(window.open).toHaveBeenCalledTimes(2));
});
