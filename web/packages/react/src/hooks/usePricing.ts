import type { PlanOffer, SoldCycle } from '../api/types.js';
import { monthsOf } from '../components/cycle.js';
import { useFailureToast } from '../context/useFailureToast.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { useCheckout } from './useCheckout.js';
import { usePlans } from './usePlans.js';

/** What a pricing page needs: the plans, the owner's own cycle, and an upgrade that says when it fails. */
export function usePricing() {
  const { userData } = useWixContext();
  const { errors } = useMessages();
  const complain = useFailureToast();
  const plans = usePlans();
  const { purchase } = useCheckout();
  const paidCycle = userData?.subscription.billingCycle ?? null;

  const upgrade = (plan: PlanOffer, billingCycle: SoldCycle, couponCode?: string) =>
    purchase.mutate(
      { planId: plan.id, billingCycle, ...(couponCode === undefined ? {} : { couponCode }) },
      { onError: (cause) => complain(cause, errors.checkout) },
    );
  // The page is about to be replaced by the checkout: the button stays busy until it is, or will not be.
  const isLeaving = purchase.isPending || purchase.isSuccess;
  return {
    plans,
    paidCycle,
    ownCycle: (monthsOf(paidCycle) < 12 ? 'MONTHLY' : 'YEARLY') satisfies SoldCycle as SoldCycle,
    openingPlanId: isLeaving ? (purchase.variables?.planId ?? null) : null,
    upgrade,
  };
}
