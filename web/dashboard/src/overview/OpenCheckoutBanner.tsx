import { Button, Text } from '@wix/design-system';
import {
  type Checkout,
  InfoIcon,
  useCheckout,
  useFailureToast,
  usePlans,
  useTopUps,
  useWixContext,
} from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';
import { usePaymentReturn } from './ReturnProvider';

/** Reminds of a checkout that is neither confirmed nor over. */
export function OpenCheckoutBanner() {
  const { userData } = useWixContext();
  const { isTold } = usePaymentReturn();
  const checkout = userData?.openCheckout ?? null;
  if (checkout === null || checkout.status !== 'open' || isTold(checkout.checkoutId)) return null;
  return <Reminder checkout={checkout} />;
}

/** It may have been paid in another tab, with the confirmation still on its way: continuing is not the first thing to do. */
function Reminder({ checkout }: { checkout: Checkout }) {
  const { resume, dismissal } = useCheckout();
  const { openCheckout } = useAppMessages();
  const complain = useFailureToast();
  const name = useNameOf(checkout);
  const dismiss = () =>
    dismissal.mutate(checkout.checkoutId, {
      onError: (error) => complain(error, openCheckout.failed),
    });
  return (
    <section
      className="wxa-banner"
      data-testid="open-checkout-banner"
      aria-label={openCheckout.label}
    >
      <InfoIcon />
      <div className="wxa-banner__text">
        <Text>
          {name === undefined ? (
            // As wide as its name will be, so that nothing moves when that comes.
            <span className="banner__unnamed">{openCheckout.text(checkout.planId)}</span>
          ) : (
            openCheckout.text(name)
          )}
        </Text>
        <Text size="small">{openCheckout.hint}</Text>
      </div>
      <span className="banner__actions">
        <Button
          size="small"
          priority="secondary"
          onClick={() => resume(checkout)}
          data-testid="open-checkout-continue"
        >
          {openCheckout.resume}
        </Button>
        <Button
          size="small"
          priority="secondary"
          disabled={dismissal.isPending}
          onClick={dismiss}
          data-testid="open-checkout-dismiss"
        >
          {openCheckout.dismiss}
        </Button>
      </span>
    </section>
  );
}

/** What is being bought, by the name it is sold under; undefined until that is known. What is paid once is a top-up. */
function useNameOf({ planId, billingCycle }: Checkout): string | null | undefined {
  const plans = usePlans();
  const topUps = useTopUps();
  const isTopUp = billingCycle === 'ONE_TIME';
  if ((isTopUp ? topUps : plans).isLoading) return undefined;
  const offers = isTopUp ? topUps.data?.topUps : plans.data?.plans;
  return offers?.find(({ id }) => id === planId)?.name ?? null;
}
