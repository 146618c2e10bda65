import { Button, Loader } from '@wix/design-system';
import type { PlanOffer, SoldCycle } from '../api/types.js';
import { useMessages } from '../messages/useMessages.js';

export interface PlanActionProps {
  /** The plan, with what may be done with it. */
  plan: PlanOffer;
  /** The cycle whose price is shown. */
  cycle: SoldCycle;
  /** Its own checkout is being opened. */
  isOpening: boolean;
  /** Some checkout is being opened: nothing else can be begun. */
  isWaiting: boolean;
  /** Whether the owner pays the current plan by the month. */
  isPaidMonthly: boolean;
  /** It is to be bought. */
  onUpgrade(): void;
  /** It is lower than the one in force: say how that is done in Wix. */
  onDowngrade(): void;
  /** It is agreed on in person; null shows no button. */
  onContact: (() => void) | null;
}

/** What an owner can do with a plan. */
export function PlanAction(props: PlanActionProps) {
  const { plan, cycle, isPaidMonthly, onDowngrade, onContact } = props;
  const { pricing } = useMessages();
  switch (plan.action) {
    case 'current':
      if (cycle === 'YEARLY' && isPaidMonthly && Number(plan.priceYearly) > 0) {
        return <BuyButton {...props} text={pricing.switchToYearly} />;
      }
      return (
        <Button fullWidth priority="secondary" disabled>
          {pricing.current}
        </Button>
      );
    case 'upgrade':
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
