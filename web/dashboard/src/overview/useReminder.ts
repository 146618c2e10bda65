import { type Checkout, usePlans, useTopUps, useWixContext } from '@wixapp/react';
import { usePaymentReturn } from './ReturnProvider';

export interface Reminder {
  checkout: Checkout;
  /** What is being bought, by the name it is sold under; null where nothing is sold under its id any more. */
  name: string | null;
  /** The name is still asked for. */
  isNaming: boolean;
}

/** The checkout that is neither confirmed nor over, to be reminded of; null where there is none. */
export function useReminder(): Reminder | null {
  const { userData } = useWixContext();
  const { isTold } = usePaymentReturn();
  const open = userData?.openCheckout ?? null;
  const checkout = open === null || open.status !== 'open' || isTold(open.checkoutId) ? null : open;
  // What is paid once is a top-up.
  const isTopUp = checkout?.billingCycle === 'ONE_TIME';
  const plans = usePlans(checkout !== null && !isTopUp);
  const topUps = useTopUps(isTopUp);
  if (checkout === null) return null;
  const offers = isTopUp ? topUps.data?.topUps : plans.data?.plans;
  const name = offers?.find(({ id }) => id === checkout.planId)?.name ?? null;
  return { checkout, name, isNaming: isFirstTry(isTopUp ? topUps : plans) };
}

/** Who has to be asked again is not waited for. */
export function isFirstTry(query: { isLoading: boolean; failureCount: number }): boolean {
  return query.isLoading && query.failureCount === 0;
}
