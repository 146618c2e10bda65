import { Text } from '@wix/design-system';
import type { CSSProperties } from 'react';
import type { PlanList, PlanOffer } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { Dialog } from './Dialog.js';
import { CheckIcon } from './icons.js';

export interface PlanComparisonProps {
  /** Whether it is open. */
  isOpen: boolean;
  /** The plans, as `usePlans` gives them. */
  list: PlanList;
  /** The reader is done. */
  onClose(): void;
}

/** All plans against all features, in a table that scrolls sideways where it has to. */
export function PlanComparison({ isOpen, list, onClose }: PlanComparisonProps) {
  const { compare } = useMessages();
  return (
    <Dialog isOpen={isOpen} title={compare.title} size="wide" onClose={onClose} testId="comparison">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="wxa-compare" aria-label={compare.title} tabIndex={0}>
        <ComparisonTable list={list} />
      </section>
    </Dialog>
  );
}

function ComparisonTable({ list }: { list: PlanList }) {
  const { format } = useWixContext();
  const { compare, pricing } = useMessages();
  const money = (plan: PlanOffer, amount?: string | null) =>
    plan.action === 'contact' || amount == null
      ? pricing.custom
      : format.money(amount, list.currency);
  const facts: readonly [string, (plan: PlanOffer) => string][] = [
    [compare.monthly, (plan) => money(plan, plan.priceMonthly)],
    [compare.yearly, (plan) => money(plan, plan.priceYearly)],
    [
      compare.credits,
      (plan) => (plan.rank === 0 ? pricing.once : pricing.perCycle)(plan.creditsPerCycle),
    ],
  ];
  return (
    <table className="wxa-compare__table" style={{ '--plans': list.plans.length } as CSSProperties}>
      <thead>
        <tr>
          <th scope="col">{compare.feature}</th>
          {list.plans.map((plan) => (
            <th key={plan.id} scope="col" data-current={plan.current}>
              {plan.name}
              {plan.current && <small>{pricing.current}</small>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {facts.map(([label, value]) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            {list.plans.map((plan) => (
              <td key={plan.id}>{value(plan)}</td>
            ))}
          </tr>
        ))}
        {featuresOf(list.plans).map((feature) => (
          <tr key={feature}>
            <th scope="row">{feature}</th>
            {list.plans.map((plan) => (
              <td key={plan.id}>
                <Included isIncluded={plan.benefits.includes(feature)} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Every benefit of any plan, once, in the order of the catalogue. */
export function featuresOf(plans: readonly PlanOffer[]): string[] {
  return [...new Set(plans.flatMap((plan) => plan.benefits))];
}

function Included({ isIncluded }: { isIncluded: boolean }) {
  const { compare } = useMessages();
  return (
    <>
      <span className="wxa-compare__sign" data-included={isIncluded} aria-hidden="true">
        {isIncluded ? <CheckIcon size={20} /> : '–'}
      </span>
      <span className="wxa-sr-only">
        <Text size="small">{isIncluded ? compare.included : compare.notIncluded}</Text>
      </span>
    </>
  );
}
