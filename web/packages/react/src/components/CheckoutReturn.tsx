import { Button, Loader, Text } from '@wix/design-system';
import { type ReactElement, useEffect, useRef } from 'react';
import type { Checkout } from '../api/types.js';
import { useBiller } from '../hooks/useBiller.js';
import { useCheckout } from '../hooks/useCheckout.js';
import {
  type CheckoutReturnParams,
  type CheckoutReturnView,
  useCheckoutReturn,
} from '../hooks/useCheckoutReturn.js';
import { usePlans } from '../hooks/usePlans.js';
import { useMessages } from '../messages/useMessages.js';
import { BalanceChange } from './BalanceChange.js';
import { Celebration } from './Celebration.js';
import { AlertDisc, ClockIcon, DoneDisc, InfoIcon } from './icons.js';
import { ReturnMail } from './ReturnMail.js';
import { ReturnActions, ReturnMessage } from './ReturnParts.js';

export interface CheckoutReturnProps extends CheckoutReturnParams {
  /** The owner is done with the message. */
  onDone(): void;
}

/** The moment after paying: what is happening, then the new balance, or an honest word when it takes long. */
export function CheckoutReturn({ payment, checkoutId, onDone }: CheckoutReturnProps) {
  const view = useCheckoutReturn({ payment, checkoutId });
  const heading = useRef<HTMLDivElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);

  return (
    <section className="wxa-return" data-testid="checkout-return" data-state={view.state}>
      {view.state === 'success' && <Celebration />}
      <div ref={heading} tabIndex={-1} className="wxa-return__body" aria-live="polite">
        <ReturnContent view={view} onDone={onDone} />
      </div>
    </section>
  );
}

interface ContentProps {
  view: CheckoutReturnView;
  onDone(): void;
}

function ReturnContent({ view, onDone }: ContentProps) {
  const texts = useMessages().checkout;
  switch (view.state) {
    case 'processing':
      return <Processing view={view} />;
    case 'offline':
      return <Unasked texts={texts.offline} />;
    case 'unwatched':
      return <Unasked texts={texts.unwatched} />;
    case 'success':
      return <Success view={view} onDone={onDone} />;
    case 'waiting':
      return <Waiting view={view} onDone={onDone} />;
    case 'cancelled':
      return <Unpaid view={view} onDone={onDone} icon={<InfoIcon size={32} />} />;
    case 'declined':
      return <Unpaid view={view} onDone={onDone} icon={<AlertDisc size={32} />} />;
    case 'expired':
      return <Unpaid view={view} onDone={onDone} icon={<ClockIcon size={32} />} />;
    case 'unknown':
      return <Unknown onDone={onDone} />;
  }
}

function Processing({ view }: { view: CheckoutReturnView }) {
  const { processing } = useMessages().checkout;
  const biller = useBiller();
  const planName = usePlanName(view.checkout);
  return (
    <>
      <ReturnMessage icon={<Loader size="small" />} title={processing.title(planName)}>
        {processing.text(biller)}
      </ReturnMessage>
      <ol className="wxa-return__steps">
        {processing.steps(biller).map((step, index) => (
          <li key={step} data-step={index === 0 ? 'done' : index === 1 ? 'active' : 'ahead'}>
            {step}
          </li>
        ))}
      </ol>
      <Interrupted view={view} />
    </>
  );
}

/** The network is lost, or the session over, while the confirmation is waited for: nothing moves. */
function Unasked({ texts }: { texts: { title: string; text: string } }) {
  return (
    <ReturnMessage icon={<InfoIcon size={32} />} title={texts.title}>
      {texts.text}
    </ReturnMessage>
  );
}

function Success({ view, onDone }: ContentProps) {
  const { success } = useMessages().checkout;
  const planName = usePlanName(view.checkout);
  return (
    <>
      <ReturnMessage icon={<DoneDisc size={32} />} title={success.title(planName)}>
        {success.text}
      </ReturnMessage>
      {view.after !== null && <BalanceChange before={view.before} after={view.after} />}
      <ReturnActions>
        <Button onClick={onDone} data-testid="checkout-done">
          {success.done}
        </Button>
      </ReturnActions>
    </>
  );
}

function Waiting({ view, onDone }: ContentProps) {
  const { waiting } = useMessages().checkout;
  const biller = useBiller();
  return (
    <>
      <ReturnMessage icon={<ClockIcon size={32} />} title={waiting.title(biller)}>
        {waiting.text(biller)}
      </ReturnMessage>
      <Text size="small" secondary>
        {waiting.unpaid}
      </Text>
      <ReturnMail checkout={view.checkout} />
      <Interrupted view={view} />
      <ReturnActions>
        <Button priority="secondary" onClick={onDone} data-testid="checkout-done">
          {waiting.done}
        </Button>
      </ReturnActions>
    </>
  );
}

/** Nothing was paid: the owner left, the payment was declined, or the checkout is too old. */
function Unpaid({ view, onDone, icon }: ContentProps & { icon: ReactElement }) {
  const texts = useMessages().checkout;
  const { resume } = useCheckout();
  const { checkout, state } = view;
  const text = state === 'declined' || state === 'expired' ? texts[state] : texts.cancelled;
  const planName = usePlanName(checkout);
  return (
    <>
      <ReturnMessage icon={icon} title={text.title}>
        {text.text(planName)}
      </ReturnMessage>
      <ReturnActions>
        {checkout?.status === 'open' && (
          <Button onClick={() => resume(checkout)} data-testid="checkout-resume">
            {text.resume}
          </Button>
        )}
        <Button priority="secondary" onClick={onDone} data-testid="checkout-done">
          {texts.cancelled.done}
        </Button>
      </ReturnActions>
    </>
  );
}

function Unknown({ onDone }: { onDone(): void }) {
  const { unknown } = useMessages().checkout;
  const biller = useBiller();
  return (
    <>
      <ReturnMessage icon={<AlertDisc size={32} />} title={unknown.title}>
        {unknown.text(biller)}
      </ReturnMessage>
      <ReturnActions>
        <Button priority="secondary" onClick={onDone} data-testid="checkout-done">
          {unknown.done}
        </Button>
      </ReturnActions>
    </>
  );
}

function Interrupted({ view }: { view: CheckoutReturnView }) {
  const { checkout } = useMessages();
  return view.isInterrupted ? (
    <Text size="small" skin="error">
      {checkout.interrupted}
    </Text>
  ) : null;
}

function usePlanName(checkout: Checkout | undefined): string | null {
  const { data } = usePlans();
  return data?.plans.find((plan) => plan.id === checkout?.planId)?.name ?? null;
}
