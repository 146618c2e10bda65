import { Button, Text } from '@wix/design-system';
import { InfoIcon, useCheckout, usePlans, useToast, useWixContext } from '@wixapp/react';
import { failureText, useAppMessages } from '../messages/useAppMessages';
import { usePaymentReturn } from './ReturnProvider';

/** Reminds of a checkout that was left before paying. */
export function OpenCheckoutBanner() {
  const { userData } = useWixContext();
  const { data: list } = usePlans();
  const { isTold } = usePaymentReturn();
  const { resume, dismissal } = useCheckout();
  const { show } = useToast();
  const messages = useAppMessages();
  const checkout = userData?.openCheckout ?? null;
  if (checkout === null || checkout.status !== 'open' || isTold(checkout.checkoutId)) return null;

  const { openCheckout } = messages;
  const planName = list?.plans.find((plan) => plan.id === checkout.planId)?.name ?? checkout.planId;
  const dismiss = () =>
    dismissal.mutate(checkout.checkoutId, {
      onError: (error) => show(failureText(error, messages, openCheckout.failed), 'error'),
    });
  return (
    <section className="banner" data-testid="open-checkout-banner" aria-label={openCheckout.label}>
      <InfoIcon />
      <Text>{openCheckout.text(planName)}</Text>
      <span className="banner__actions">
        <Button size="small" onClick={() => resume(checkout)} data-testid="open-checkout-continue">
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
