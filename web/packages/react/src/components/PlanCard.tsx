import { Badge, Button, Heading, Loader, Text } from '@wix/design-system';
import type { PlanOffer, SoldCycle } from '../api/types';
import { useWixContext } from '../context/WixContext';
import type { PackageMessages } from '../messages/en';
import { useMessages } from '../messages/useMessages';
import { CheckIcon } from './icons';
import { priceOf } from './price';

export interface PlanCardProps {
  plan: PlanOffer;
  cycle: SoldCycle;
  currency: string;
  isOpening: boolean;
  isWaiting: boolean;
  /** Whether the owner pays the current plan by the month. */
  isPaidMonthly: boolean;
  onUpgrade(): void;
  onDowngrade(): void;
  onContact: (() => void) | null;
}

/** One plan of the pricing grid. */
export function PlanCard(props: PlanCardProps) {
  const { plan } = props;
  const messages = useMessages();
  return (
    <li
      className="wxa-plan"
      data-testid={`plan-card-${plan.id}`}
      data-current={plan.current}
      data-popular={plan.popular}
      aria-current={plan.current ? 'true' : undefined}
    >
      <div className="wxa-plan__badge">
        {plan.current && (
          <Badge skin="neutralSuccess" uppercase={false}>
            {messages.pricing.current}
          </Badge>
        )}
        {plan.popular && !plan.current && (
          <Badge skin="premium" uppercase={false}>
            {messages.pricing.popular}
          </Badge>
        )}
      </div>
      <Heading as="h2" size="medium">
        {plan.name}
      </Heading>
      <Price {...props} />
      <div className="wxa-plan__credits">
        <Text weight="bold" size="small">
          {creditsOf(plan, messages)}
        </Text>
      </div>
      <ul className="wxa-plan__benefits" aria-label={messages.pricing.includes(plan.name)}>
        {plan.benefits.map((benefit) => (
          <li key={benefit}>
            <CheckIcon size={18} />
            <Text size="small">{benefit}</Text>
          </li>
        ))}
      </ul>
      <div className="wxa-plan__action">
        <PlanAction {...props} />
      </div>
    </li>
  );
}

/** The free plan gives its credits once, a paid one at each cycle. */
function creditsOf(plan: PlanOffer, { pricing }: PackageMessages): string {
  const text = plan.rank === 0 ? pricing.once : pricing.perCycle;
  return text(plan.creditsPerCycle);
}

function Price({ plan, cycle, currency }: PlanCardProps) {
  const { format } = useWixContext();
  const messages = useMessages();
  const { perMonth, billed } = priceOf(plan, cycle);
  if (plan.action === 'contact') {
    return <PriceText amount={messages.pricing.custom} note={'\u00a0'} />;
  }
  if (billed === 0) {
    return <PriceText amount={format.money(0, currency)} note={messages.pricing.forever} />;
  }
  const note =
    cycle === 'YEARLY'
      ? messages.pricing.perMonthBilledYearly(format.money(billed, currency))
      : messages.pricing.perMonth;
  return <PriceText amount={format.money(perMonth, currency)} note={note} />;
}

function PriceText({ amount, note }: { amount: string; note: string }) {
  return (
    <p className="wxa-plan__price">
      <span className="wxa-plan__amount">{amount}</span>
      <Text size="small" secondary>
        {note}
      </Text>
    </p>
  );
}

function PlanAction(props: PlanCardProps) {
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
function BuyButton(props: PlanCardProps & { text: string }) {
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
