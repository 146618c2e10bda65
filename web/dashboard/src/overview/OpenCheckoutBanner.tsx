import { Button, Text } from '@wix/design-system';
import {
  InfoIcon,
  useCheckout,
  useFailureText,
  usePlans,
  useToast,
  useWixContext,
} from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';
import { usePaymentReturn } from './ReturnProvider';

/** Reminds of a checkout that was left before paying. */
export function OpenCheckoutBanner() {
  const { userData } = useWixContext();
  const { data: list } = usePlans();
  const { isTold } = usePaymentReturn();
  const { resume, dismissal } = useCheckout();
  const { show } = useToast();
  const { openCheckout } = useAppMessages();
  const failureText = useFailureText();
  const checkout = userData?.openCheckout ?? null;
  if (checkout === null || checkout.status !== 'open' || isTold(checkout.checkoutId)) return null;

  const planName = list?.plans.find((plan) => plan.id === checkout.planId)?.name ?? checkout.planId;
  const dismiss = () =>
    dismissal.mutate(checkout.checkoutId, {
      onError: (error) => show(failureText(error, openCheckout.failed), 'error'),
    });
  return (
    <section
      className="wxa-banner"
      data-testid="open-checkout-banner"
      aria-label={openCheckout.label}
    >
      <InfoIcon />
      <div className="wxa-banner__text">
        <Text>{openCheckout.text(planName)}</Text>
      </div>
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
