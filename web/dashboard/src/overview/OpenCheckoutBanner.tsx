import { Button, Text } from '@wix/design-system';
import { InfoIcon, useCheckout, useFailureToast } from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';
import { type Reminder, useReminder } from './useReminder';

/** Reminds of a checkout that is neither confirmed nor over. */
export function OpenCheckoutBanner() {
  const reminder = useReminder();
  return reminder === null ? null : <Banner {...reminder} />;
}

/** It may have been paid in another tab, with the confirmation still on its way: continuing is not the first thing to do. */
function Banner({ checkout, name, isNaming }: Reminder) {
  const { resume, dismissal } = useCheckout();
  const { openCheckout } = useAppMessages();
  const complain = useFailureToast();
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
          {isNaming ? (
            // About as wide as its name will be; a page that is opened waits for that.
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
