import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { ApiError } from '../api/error.js';
import { keys } from '../api/keys.js';
import type { Checkout, SoldCycle, UserStatus } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { forgetReturn } from './returnStart.js';

export interface Purchase {
  planId: string;
  billingCycle: SoldCycle;
  couponCode?: string;
}

/** How long a page may take to give way to the checkout before its buttons come back. */
export const LEAVING_MS = 8_000;

/**
 * Leaves for Wix's checkout page. The checkout must replace the whole dashboard, not the app's frame:
 * Wix's payment pages refuse to be framed.
 */
export function openCheckoutPage(checkoutUrl: string): void {
  const { protocol, href } = new URL(checkoutUrl);
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new ApiError({
      code: 'bad_response',
      message: 'The checkout address is not a web page.',
    });
  }
  window.open(href, '_top');
}

/** Starts (`purchase`, `topUp`), continues (`resume`) and dismisses (`dismissal`) checkouts. */
export function useCheckout() {
  const { client, format, refreshUserData } = useWixContext();
  const cache = useQueryClient();

  const languageCode = format.locale.split('-')[0] ?? 'en';
  const purchase = useMutation({
    mutationFn: (wanted: Purchase) => client.createCheckout({ ...wanted, languageCode }),
    onSuccess: ({ checkoutUrl }) => openCheckoutPage(checkoutUrl),
    // "Already on this plan" and "not sold" mean that the page shows an outdated plan.
    onError: (error) => {
      if (!(error instanceof ApiError) || error.status !== 409) return;
      void cache.invalidateQueries({ queryKey: keys.plans });
      void refreshUserData();
    },
  });

  const topUp = useMutation({
    mutationFn: (topUpId: string) => client.createTopUpCheckout({ topUpId, languageCode }),
    onSuccess: ({ checkoutUrl }) => openCheckoutPage(checkoutUrl),
  });

  const { reset } = purchase;
  const { reset: resetTopUp } = topUp;
  // A browser or a sandboxed frame may refuse to leave, and tells nobody: who is still here can try again.
  const isLeaving = purchase.isSuccess || topUp.isSuccess;
  useEffect(() => {
    if (!isLeaving) return;
    const timer = setTimeout(() => {
      reset();
      resetTopUp();
    }, LEAVING_MS);
    return () => clearTimeout(timer);
  }, [isLeaving, reset, resetTopUp]);

  // "Back" from the checkout page can bring this very page back from memory, with the button still busy.
  useEffect(() => {
    const onShow = (event: PageTransitionEvent) => {
      if (!event.persisted) return;
      reset();
      resetTopUp();
    };
    window.addEventListener('pageshow', onShow);
    return () => window.removeEventListener('pageshow', onShow);
  }, [reset, resetTopUp]);

  const dismissal = useMutation({
    mutationFn: (checkoutId: string) => client.dismissCheckout(checkoutId),
    onSuccess: (checkout: Checkout) => {
      cache.setQueryData(keys.checkout(checkout.checkoutId), checkout);
      cache.setQueryData<UserStatus>(keys.status, (status) =>
        status?.openCheckout?.checkoutId === checkout.checkoutId
          ? { ...status, openCheckout: null }
          : status,
      );
      void refreshUserData();
    },
  });

  const resume = useCallback((checkout: Checkout) => {
    forgetReturn(window, checkout.checkoutId);
    openCheckoutPage(checkout.checkoutUrl);
  }, []);
  return { purchase, topUp, dismissal, resume };
}
