import { useState } from 'react';
import type { PlanList, PlanOffer, SoldCycle } from '../api/types';
import type { PackageMessages } from '../messages/en';
import { useMessages } from '../messages/useMessages';
import { CycleSwitch } from './CycleSwitch';
import { PlanCard } from './PlanCard';
import { type Saving, savingOf } from './price';

export interface PricingGridProps {
  list: PlanList;
  /** Plan whose checkout is being opened; its button is busy and the others wait. */
  openingPlanId?: string | null;
  /** Cycle shown first; the owner's own where there is one. */
  initialCycle?: SoldCycle;
  /** The cycle that is shown, for a page that keeps it in its address. */
  cycle?: SoldCycle;
  onCycleChange?: (cycle: SoldCycle) => void;
  /** How the owner pays the current plan; `null` on the free one. One paid by the month is offered by the year. */
  paidCycle?: string | null;
  onUpgrade(plan: PlanOffer, cycle: SoldCycle): void;
  /** A lower plan is not sold by the app; tell the owner how it is done in Wix. */
  onDowngrade(plan: PlanOffer): void;
  /** Shown for plans that are not sold on the page; without it they have no button. */
  onContact?: (plan: PlanOffer) => void;
}

/** All plans side by side with a monthly/yearly switch, the current one highlighted. */
export function PricingGrid({
  list,
  openingPlanId = null,
  initialCycle = 'MONTHLY',
  cycle: given,
  onCycleChange,
  paidCycle = null,
  onUpgrade,
  onDowngrade,
  onContact,
}: PricingGridProps) {
  const messages = useMessages();
  const [own, setOwn] = useState<SoldCycle>(initialCycle);
  const cycle = given ?? own;
  const saving = savingOf(list.plans);

  return (
    <div className="wxa-pricing">
      <CycleSwitch
        cycle={cycle}
        onChange={onCycleChange ?? setOwn}
        saving={savingText(saving, messages)}
      />
      <ul className="wxa-pricing__grid">
        {list.plans.map((plan) => (
          <PlanCard
            key={plan.id}
            plan={plan}
            cycle={cycle}
            currency={list.currency}
            isOpening={openingPlanId === plan.id}
            isWaiting={openingPlanId !== null}
            isPaidMonthly={paidCycle === 'MONTHLY'}
            onUpgrade={() => onUpgrade(plan, cycle)}
            onDowngrade={() => onDowngrade(plan)}
            onContact={onContact === undefined ? null : () => onContact(plan)}
          />
        ))}
      </ul>
    </div>
  );
}

function savingText({ most, isSame }: Saving, { pricing }: PackageMessages): string | null {
  if (most === 0) return null;
  return isSame ? pricing.save(most) : pricing.saveUpTo(most);
}
