import { Button, Loader, Text } from '@wix/design-system';
import { useId } from 'react';
import type { PlanOffer, SoldCycle } from '../api/types.js';
import { useMessages } from '../messages/useMessages.js';
import { type CycleRefusal, cycleRefusal } from './cycle.js';

export interface PlanActionProps {
  /** The plan, with what may be done with it. */
  plan: PlanOffer;
  /** The cycle whose price is shown. */
  cycle: SoldCycle;
  /** Its own checkout is being opened. */
  isOpening: boolean;
  /** Some checkout is being opened: nothing else can be begun. */
  isWaiting: boolean;
  /** How the owner pays the current plan; null on the free one. */
  paidCycle: string | null;
  /** It is to be bought. */
  onUpgrade(): void;
  /** It is lower than the one in force: say how that is done in Wix. */
  onDowngrade(): void;
  /** It is agreed on in person; null shows no button. */
  onContact: (() => void) | null;
}

/** What an owner can do with a plan. */
export function PlanAction(props: PlanActionProps) {
  const { plan, cycle, paidCycle, onDowngrade, onContact } = props;
  const { pricing } = useMessages();
  const refusal = cycleRefusal(cycle, paidCycle);
  switch (plan.action) {
    case 'current':
      if (cycle === 'YEARLY' && paidCycle === 'MONTHLY' && Number(plan.priceYearly) > 0) {
        return <BuyButton {...props} text={pricing.switchToYearly} />;
      }
      return (
        <Button fullWidth priority="secondary" disabled>
          {pricing.current}
        </Button>
      );
    case 'upgrade':
      if (refusal !== null) return <NotSold plan={plan} refusal={refusal} />;
      return <BuyButton {...props} text={pricing.upgrade(plan.name)} />;
    case 'downgrade':
      return (
        <Button
          fullWidth
          priority="secondary"
          skin="dark"
          onClick={onDowngrade}
          data-testid={`downgrade-${plan.id}`}
          aria-label={`${pricing.downgradeAction}: ${plan.name}`}
        >
          {pricing.downgradeAction}
        </Button>
      );
    case 'contact':
      return onContact === null ? null : (
        <Button fullWidth priority="secondary" onClick={onContact}>
          {pricing.contact}
        </Button>
      );
  }
}

/** A higher plan at a price by which it is not sold to this owner, and why. */
function NotSold({ plan, refusal }: { plan: PlanOffer; refusal: CycleRefusal }) {
  const { pricing } = useMessages();
  const id = useId();
  return (
    <>
      <p id={id} className="wxa-plan__why" data-testid={`not-sold-${plan.id}`}>
        <Text size="small" secondary>
          {pricing.notSold[refusal]}
        </Text>
      </p>
      <Button fullWidth priority="secondary" disabled aria-describedby={id}>
        {pricing.upgrade(plan.name)}
      </Button>
    </>
  );
}

/** Opens the checkout of a plan. */
function BuyButton(props: PlanActionProps & { text: string }) {
  const { plan, isOpening, isWaiting, onUpgrade, text } = props;
  const { pricing } = useMessages();
  return (
    <Button
      fullWidth
      skin={plan.popular ? 'premium' : 'standard'}
      disabled={isWaiting}
      onClick={onUpgrade}
      aria-busy={isOpening}
      data-testid={`upgrade-${plan.id}`}
    >
      {isOpening ? <Busy text={pricing.opening} /> : text}
    </Button>
  );
}

function Busy({ text }: { text: string }) {
  return (
    <span className="wxa-busy">
      <Loader size="tiny" />
      {text}
    </span>
  );
}
