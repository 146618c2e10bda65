import { Button, Heading, Loader, Text } from '@wix/design-system';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Checkout } from '../api/types';
import { useCheckout } from '../hooks/useCheckout';
import {
  type CheckoutReturnParams,
  type CheckoutReturnView,
  useCheckoutReturn,
} from '../hooks/useCheckoutReturn';
import { usePlans } from '../hooks/usePlans';
import { useMessages } from '../messages/useMessages';
import { BalanceChange } from './BalanceChange';
import { Celebration } from './Celebration';
import { AlertDisc, ClockIcon, DoneDisc, InfoIcon } from './icons';

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
  switch (view.state) {
    case 'processing':
      return <Processing view={view} />;
    case 'success':
      return <Success view={view} onDone={onDone} />;
    case 'waiting':
      return <Waiting view={view} onDone={onDone} />;
    case 'cancelled':
      return <Cancelled view={view} onDone={onDone} />;
    case 'unknown':
      return <Unknown onDone={onDone} />;
  }
}

function Processing({ view }: { view: CheckoutReturnView }) {
  const { processing } = useMessages().checkout;
  const planName = usePlanName(view.checkout);
  return (
    <>
      <Message icon={<Loader size="small" />} title={processing.title(planName)}>
        {processing.text}
      </Message>
      <ol className="wxa-return__steps">
        {processing.steps.map((step, index) => (
          <li key={step} data-step={index === 0 ? 'done' : index === 1 ? 'active' : 'ahead'}>
            {step}
          </li>
        ))}
      </ol>
      <Interrupted view={view} />
    </>
  );
}

function Success({ view, onDone }: ContentProps) {
  const { success } = useMessages().checkout;
  const planName = usePlanName(view.checkout);
  return (
    <>
      <Message icon={<DoneDisc size={32} />} title={success.title(planName)}>
        {success.text}
      </Message>
      {view.after !== null && <BalanceChange before={view.before} after={view.after} />}
      <Actions>
        <Button onClick={onDone} data-testid="checkout-done">
          {success.done}
        </Button>
      </Actions>
    </>
  );
}

function Waiting({ view, onDone }: ContentProps) {
  const { waiting } = useMessages().checkout;
  return (
    <>
      <Message icon={<ClockIcon size={32} />} title={waiting.title}>
        {waiting.text}
      </Message>
      <Text size="small" secondary>
        {waiting.unpaid}
      </Text>
      <Interrupted view={view} />
      <Actions>
        <Button priority="secondary" onClick={onDone} data-testid="checkout-done">
          {waiting.done}
        </Button>
      </Actions>
    </>
  );
}

function Cancelled({ view, onDone }: ContentProps) {
  const { cancelled } = useMessages().checkout;
  const { resume } = useCheckout();
  const { checkout } = view;
  return (
    <>
      <Message icon={<InfoIcon size={32} />} title={cancelled.title}>
        {cancelled.text(usePlanName(checkout))}
      </Message>
      <Actions>
        {checkout?.status === 'open' && (
          <Button onClick={() => resume(checkout)} data-testid="checkout-resume">
            {cancelled.resume}
          </Button>
        )}
        <Button priority="secondary" onClick={onDone} data-testid="checkout-done">
          {cancelled.done}
        </Button>
      </Actions>
    </>
  );
}

function Unknown({ onDone }: { onDone(): void }) {
  const { unknown } = useMessages().checkout;
  return (
    <>
      <Message icon={<AlertDisc size={32} />} title={unknown.title}>
        {unknown.text}
      </Message>
      <Actions>
        <Button priority="secondary" onClick={onDone} data-testid="checkout-done">
          {unknown.done}
        </Button>
      </Actions>
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

interface MessageProps {
  icon: ReactNode;
  title: string;
  children: string;
}

function Message({ icon, title, children }: MessageProps) {
  return (
    <>
      <span className="wxa-return__icon" aria-hidden="true">
        {icon}
      </span>
      <div className="wxa-return__message">
        <Heading as="h2" size="medium">
          {title}
        </Heading>
        <Text>{children}</Text>
      </div>
    </>
  );
}

function Actions({ children }: { children: ReactNode }) {
  return <div className="wxa-return__actions">{children}</div>;
}

function usePlanName(checkout: Checkout | undefined): string | null {
  const { data } = usePlans();
  return data?.plans.find((plan) => plan.id === checkout?.planId)?.name ?? null;
}
