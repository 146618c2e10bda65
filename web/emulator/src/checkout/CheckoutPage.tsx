import { Badge, Button, Heading } from '@wix/design-system';
import { type ReactNode, useState } from 'react';
import { useParams } from 'react-router';
import { usePay } from '../api/actions';
import { ApiError } from '../api/client';
import { useCheckout } from '../api/queries';
import type { Checkout } from '../api/types';
import { isWebAddress } from '../app-page/frame-url';
import { usePlatformNow } from '../clock/now';
import { Failure, Loading } from '../feedback/Feedback';
import { cycleName, formatPrice, perCycle } from '../format/money';
import { formatDate, formatDateTime } from '../format/time';
import { BackIcon, Mark } from '../shell/icons';
import { useTitle } from '../shell/Page';
import { CardForm } from './CardForm';
import { Coupon } from './Coupon';

/** What the payer is asked for now; a test checkout charges nothing, as on Wix. */
function totalOf({ dueToday, currency }: Checkout): string {
  return formatPrice(dueToday, currency);
}

/** What the button says: a trial and a plan that begins later are not paid today. */
function payLabelOf(checkout: Checkout): string {
  if (checkout.trialDays) return 'Start free trial';
  return checkout.beginsAt ? 'Switch plan' : `Pay ${totalOf(checkout)}`;
}

function isOnce({ billingCycle }: Checkout): boolean {
  return billingCycle === 'ONE_TIME';
}

function titleOf(checkout: Checkout): string {
  return `${isOnce(checkout) ? 'Buy' : 'Upgrade to'} ${checkout.planName}`;
}

/** Leaves this page for good. The addresses come from the app, so only web addresses are followed. */
function leaveTo(address: string): void {
  window.location.assign(isWebAddress(address) ? address : '/');
}

/** Where somebody goes who does not pay; the app is told of a card that was declined just before. */
function wayBackOf(checkout: Checkout, error: Error | null): string {
  const isDeclined = error instanceof ApiError && error.status === 402;
  if (!isDeclined || !isWebAddress(checkout.cancelUrl)) return checkout.cancelUrl;
  const address = new URL(checkout.cancelUrl, window.location.href);
  address.searchParams.set('payment', 'declined');
  return address.href;
}

/** The app's page without the note that the payment was cancelled. */
function appPageOf(checkout: Checkout): string {
  if (!isWebAddress(checkout.cancelUrl)) return '/';
  const address = new URL(checkout.cancelUrl, window.location.href);
  address.search = '';
  return address.href;
}

function Summary({ checkout }: { checkout: Checkout }) {
  const price = formatPrice(checkout.price, checkout.currency);
  return (
    <section aria-label="Order summary" className="lp-order">
      <Heading as="h2" size="small">
        Order summary
      </Heading>
      <dl>
        <div>
          <dt>
            <strong>
              {checkout.appName} {checkout.planName}
            </strong>
            <span className="lp-muted">
              {cycleName(checkout.billingCycle)}
              {!isOnce(checkout) && ' plan'}
            </span>
          </dt>
          <dd>
            {price} <span className="lp-muted">{perCycle(checkout.billingCycle)}</span>
          </dd>
        </div>
        <div>
          <dt>Site</dt>
          <dd>{checkout.siteName}</dd>
        </div>
        {checkout.testCheckout && (
          <div>
            <dt>Test checkout, as the app asked</dt>
            <dd>−{price}</dd>
          </div>
        )}
        {checkout.trialDays !== null && (
          <div data-testid="trial">
            <dt>Free trial</dt>
            <dd>{checkout.trialDays} days</dd>
          </div>
        )}
        {checkout.beginsAt && (
          <div data-testid="begins">
            <dt>Begins when the paid period ends</dt>
            <dd>{formatDate(checkout.beginsAt)}</dd>
          </div>
        )}
        <div className="lp-order-total">
          <dt>Total today</dt>
          <dd>{totalOf(checkout)}</dd>
        </div>
      </dl>
      {checkout.status === 'open' && <Coupon checkout={checkout} />}
      {checkout.status === 'open' && (
        <p className="lp-muted">This page works until {formatDateTime(checkout.expiresAt)}.</p>
      )}
    </section>
  );
}

interface NoticeProps {
  title: string;
  text: string;
  checkout: Checkout;
}

function Notice({ title, text, checkout }: NoticeProps) {
  return (
    <section className="lp-checkout-notice" role="status">
      <Heading as="h2" size="medium">
        {title}
      </Heading>
      <p>{text}</p>
      <Button as="a" href={appPageOf(checkout)}>
        Back to {checkout.appName}
      </Button>
    </section>
  );
}

function Payment({ checkout }: { checkout: Checkout }) {
  const now = usePlatformNow(60_000);
  const pay = usePay(checkout.token);
  const [isLeaving, setLeaving] = useState(false);
  const { refetch } = useCheckout(checkout.token);
  const leave = (address: string) => {
    setLeaving(true);
    leaveTo(address);
  };
  const isPaid = isLeaving && pay.isSuccess;
  return (
    <section aria-label="Payment" className="lp-payment">
      <Heading as="h2" size="small">
        Pay with card
      </Heading>
      <CardForm
        busy={pay.isPending || isLeaving}
        error={pay.error}
        now={now ?? Date.now()}
        onPay={(card) =>
          pay.mutate(card, {
            onSuccess: ({ redirectUrl }) => leave(redirectUrl),
            onError: (error) => {
              // The checkout may have ended meanwhile (expired, paid in another tab): show that.
              if (error instanceof ApiError && ![402, 422].includes(error.status)) void refetch();
            },
          })
        }
        payLabel={payLabelOf(checkout)}
      />
      <button
        className="lp-link lp-checkout-cancel"
        data-testid="checkout-cancel"
        disabled={pay.isPending || isLeaving}
        // As on Wix, leaving does not end the checkout: its address works for 48 hours.
        onClick={() => leave(wayBackOf(checkout, pay.error))}
        type="button"
      >
        <BackIcon size={16} />
        Go back to {checkout.appName} without paying
      </button>
      <p aria-live="polite" className="lp-visually-hidden">
        {pay.isPending && 'Processing payment'}
        {isPaid && `Paid. Going back to ${checkout.appName}`}
      </p>
    </section>
  );
}

function Body({ checkout }: { checkout: Checkout }): ReactNode {
  const { status, appName, planName } = checkout;
  switch (status) {
    case 'open':
      return <Payment checkout={checkout} />;
    case 'paid':
      return (
        <Notice
          checkout={checkout}
          text={`The ${planName} plan is paid. ${appName} shows it as soon as it is told.`}
          title="This order is paid"
        />
      );
    case 'expired':
      return (
        <Notice
          checkout={checkout}
          text={`Checkout pages work for 48 hours. Choose the plan again in ${appName} to get a new one.`}
          title="This checkout has expired"
        />
      );
    case 'cancelled':
      return (
        <Notice
          checkout={checkout}
          text={`Nothing was charged. Choose a plan in ${appName} to start again.`}
          title="This checkout was cancelled"
        />
      );
  }
}

function CheckoutFrame({ children }: { children: ReactNode }) {
  return (
    <div className="lp-checkout" data-testid="checkout-page">
      <header className="lp-checkout-bar">
        <Mark />
        <span className="lp-brand-name">
          local <strong>platform</strong>
        </span>
        <Badge size="small" skin="warningLight" uppercase={false}>
          Test mode
        </Badge>
      </header>
      <main className="lp-checkout-main">{children}</main>
    </div>
  );
}

export function CheckoutPage() {
  const { token = '' } = useParams();
  const { data: checkout, error, refetch } = useCheckout(token);
  useTitle('Checkout');
  if (!checkout) {
    const isUnknown = error instanceof ApiError && error.status === 404;
    return (
      <CheckoutFrame>
        {!error && <Loading what="the checkout" />}
        {error && (
          <Failure
            error={error}
            {...(isUnknown ? {} : { onRetry: () => void refetch() })}
            title={isUnknown ? 'Checkout not found' : 'The checkout cannot be shown'}
            wholePage
          />
        )}
      </CheckoutFrame>
    );
  }
  return (
    <CheckoutFrame>
      <h1 className="lp-checkout-title">
        {checkout.status === 'open' ? titleOf(checkout) : 'Checkout'}
      </h1>
      <div className="lp-checkout-columns">
        <Body checkout={checkout} />
        <Summary checkout={checkout} />
      </div>
    </CheckoutFrame>
  );
}
