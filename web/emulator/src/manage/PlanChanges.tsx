import { Button } from '@wix/design-system';
import { type ReactNode, useId, useState } from 'react';
import { useNavigate } from 'react-router';
import {
  type EndReason,
  type PlanChoice,
  useCardFails,
  useEndPlan,
  useOrder,
} from '../api/actions';
import type { InstalledPlan, PlanOffer } from '../api/types';
import { ConfirmDialog } from '../feedback/ConfirmDialog';
import { sentenceOf } from '../feedback/Feedback';
import { formatPrice, perCycle } from '../format/money';
import { useShell } from '../shell/Shell';

interface ChoicesProps<T extends string> {
  legend: string;
  options: { value: T; label: ReactNode; disabled?: boolean }[];
  chosen: T;
  onChoose: (value: T) => void;
}

function Choices<T extends string>({ legend, options, chosen, onChoose }: ChoicesProps<T>) {
  const name = useId();
  return (
    <fieldset className="lp-choices">
      <legend>{legend}</legend>
      {options.map(({ value, label, disabled = false }) => (
        <label className="lp-check" key={value}>
          <input
            checked={value === chosen}
            disabled={disabled}
            name={name}
            onChange={() => onChoose(value)}
            type="radio"
            value={value}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Whether the site has that plan, paid in that way, and is to keep it. */
function isRunning(
  plan: InstalledPlan | null,
  offer: PlanOffer,
  cycle: PlanChoice['billingCycle'],
): boolean {
  if (!plan || plan.status === 'expired' || plan.nextPlan !== undefined) return false;
  return plan.planId === offer.planId && plan.billingCycle === cycle;
}

/** Buys a plan, or another one, without the app's own pricing page: in the platform's checkout. */
export function SwitchPlan({
  instanceId,
  plan,
}: {
  instanceId: string;
  plan: InstalledPlan | null;
}) {
  const { platform } = useShell();
  const navigate = useNavigate();
  const order = useOrder(instanceId);
  const [isAsking, setAsking] = useState(false);
  const [cycle, setCycle] = useState<PlanChoice['billingCycle']>('MONTHLY');
  const runs = (offer: PlanOffer) => isRunning(plan, offer, cycle);
  const [wanted, setWanted] = useState<string>();
  const offers = platform.plans.filter((offer) => !runs(offer));
  const chosen = offers.find((offer) => offer.productId === wanted) ?? offers[0];
  const label = plan && plan.status !== 'expired' ? 'Switch plan' : 'Choose a plan';
  if (platform.plans.length === 0) return null;
  return (
    <>
      <Button data-testid="switch-plan" onClick={() => setAsking(true)} priority="secondary">
        {label}
      </Button>
      {isAsking && (
        <ConfirmDialog
          busy={order.isPending}
          busyLabel="Opening…"
          confirmLabel="Go to checkout"
          confirmTestId="confirm"
          error={order.error}
          onClose={() => {
            setAsking(false);
            order.reset();
          }}
          onConfirm={
            chosen &&
            (() =>
              order.mutate(
                { productId: chosen.productId, billingCycle: cycle },
                {
                  onSuccess: ({ token }) => void navigate(`/checkout/${encodeURIComponent(token)}`),
                },
              ))
          }
          title={label}
        >
          <Choices
            chosen={cycle}
            legend="Billing"
            onChoose={setCycle}
            options={[
              { value: 'MONTHLY', label: 'Monthly' },
              { value: 'YEARLY', label: 'Yearly' },
            ]}
          />
          <Choices
            chosen={chosen?.productId ?? ''}
            legend="Plan"
            onChoose={setWanted}
            options={platform.plans.map((offer) => {
              const price = cycle === 'YEARLY' ? offer.priceYearly : offer.priceMonthly;
              const text = `${offer.name}, ${formatPrice(price, offer.currency)} ${perCycle(cycle)}`;
              const disabled = runs(offer);
              const label = disabled ? `${text} – what the site has now` : text;
              return { value: offer.productId, label, disabled };
            })}
          />
          <p className="lp-muted">
            A higher plan begins when it is paid; a lower one when the period that is paid ends.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface PlanProps {
  instanceId: string;
  plan: InstalledPlan;
}

/** Whether the payer's card pays the next period. */
export function CardSwitch({ instanceId, plan }: PlanProps) {
  const card = useCardFails(instanceId);
  if (plan.status === 'expired' || !plan.autoRenew) return null;
  return (
    <>
      <Button
        data-testid="card-fails"
        disabled={card.isPending}
        onClick={() => card.mutate(!plan.cardFails)}
        priority="secondary"
      >
        {plan.cardFails ? 'Let the card pay again' : 'Let the next payment fail'}
      </Button>
      {card.error && (
        <p className="lp-inline-error" role="alert">
          {sentenceOf(card.error)}
        </p>
      )}
    </>
  );
}

export function EndPlan({ instanceId, plan }: PlanProps) {
  const end = useEndPlan(instanceId);
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState<EndReason>('USER_CANCEL');
  if (plan.status === 'expired') return null;
  return (
    <>
      <Button data-testid="end-plan" onClick={() => setAsking(true)} priority="secondary">
        End plan now
      </Button>
      {isAsking && (
        <ConfirmDialog
          busy={end.isPending}
          busyLabel="Ending…"
          confirmLabel="End it"
          confirmTestId="confirm"
          destructive
          error={end.error}
          onClose={() => {
            setAsking(false);
            end.reset();
          }}
          onConfirm={() => end.mutate(reason, { onSuccess: () => setAsking(false) })}
          title={`End the ${plan.name} plan now?`}
        >
          <p>The site is on the free plan at once, and the app is told why.</p>
          <Choices
            chosen={reason}
            legend="Reason"
            onChoose={setReason}
            options={[
              { value: 'USER_CANCEL', label: 'The owner ended it' },
              { value: 'FAILED_PAYMENT', label: 'Payment failed for good' },
            ]}
          />
        </ConfirmDialog>
      )}
    </>
  );
}
