import { Badge, Heading, Text } from '@wix/design-system';
import type { ReactNode } from 'react';
import type { SoldCycle } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import type { PackageMessages } from '../messages/en.js';
import { useMessages } from '../messages/useMessages.js';
import { CheckIcon } from './icons.js';
import { type PricedPlan, priceOf } from './price.js';

/** What a card shows of a plan, whoever looks at it. */
export interface PlanFace extends PricedPlan {
  id: string;
  name: string;
  rank: number;
  creditsPerCycle: number;
  benefits: readonly string[];
  popular: boolean;
}

export interface PlanCardProps {
  /** The plan. */
  plan: PlanFace;
  /** The cycle whose price is shown. */
  cycle: SoldCycle;
  /** The currency of its prices, as `USD`. */
  currency: string;
  /** Whether the plan is in force. */
  isCurrent?: boolean;
  /** Whether it is agreed on in person, and has no price here. */
  isCustom?: boolean;
  /** What can be done with it. */
  children: ReactNode;
}

/** One plan of a pricing page. */
export function PlanCard(props: PlanCardProps) {
  const { plan, isCurrent = false, children } = props;
  const messages = useMessages();
  return (
    <li
      className="wxa-plan"
      data-testid={`plan-card-${plan.id}`}
      data-current={isCurrent}
      data-popular={plan.popular}
      aria-current={isCurrent ? 'true' : undefined}
    >
      <div className="wxa-plan__badge">
        {isCurrent && (
          <Badge skin="neutralSuccess" uppercase={false}>
            {messages.pricing.current}
          </Badge>
        )}
        {plan.popular && !isCurrent && (
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
      <div className="wxa-plan__action">{children}</div>
    </li>
  );
}

/** The free plan gives its credits once, a paid one at each cycle. */
function creditsOf(plan: PlanFace, { pricing }: PackageMessages): string {
  const text = plan.rank === 0 ? pricing.once : pricing.perCycle;
  return text(plan.creditsPerCycle);
}

function Price({ plan, cycle, currency, isCustom = false }: PlanCardProps) {
  const { format } = useWixContext();
  const messages = useMessages();
  const { perMonth, billed } = priceOf(plan, cycle);
  if (isCustom) {
    return <PriceText amount={messages.pricing.custom} note={'\u00a0'} isWords />;
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

interface PriceTextProps {
  amount: string;
  note: string;
  /** Words are longer than a number, and have to stay on its line in any language. */
  isWords?: boolean;
}

function PriceText({ amount, note, isWords = false }: PriceTextProps) {
  return (
    <p className="wxa-plan__price">
      <span className="wxa-plan__amount" data-words={isWords}>
        {amount}
      </span>
      <Text size="small" secondary>
        {note}
      </Text>
    </p>
  );
}
