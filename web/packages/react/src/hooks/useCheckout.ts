import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { ApiError } from '../api/error';
import { keys } from '../api/keys';
import type { Checkout, SoldCycle, UserStatus } from '../api/types';
import { useWixContext } from '../context/WixContext';

export interface Purchase {
  planId: string;
  billingCycle: SoldCycle;
  couponCode?: string;
}

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

  // "Back" from the checkout page can bring this very page back from memory, with the button still busy.
  const { reset } = purchase;
  const { reset: resetTopUp } = topUp;
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

  const resume = useCallback((checkout: Checkout) => openCheckoutPage(checkout.checkoutUrl), []);
  return { purchase, topUp, dismissal, resume };
}
