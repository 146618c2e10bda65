import { useState } from 'react';
import type { PlanList, PlanOffer, SoldCycle } from '../api/types.js';
import { PlanAction } from './PlanAction.js';
import { PlanCard } from './PlanCard.js';
import { PlanCards } from './PlanCards.js';

export interface PricingGridProps {
  /** The plans, as `usePlans` gives them. */
  list: PlanList;
  /** Plan whose checkout is being opened; its button is busy and the others wait. */
  openingPlanId?: string | null;
  /** Cycle shown first; the owner's own where there is one. */
  initialCycle?: SoldCycle;
  /** The cycle that is shown, for a page that keeps it in its address. */
  cycle?: SoldCycle;
  /** Another cycle was chosen. */
  onCycleChange?: (cycle: SoldCycle) => void;
  /** How the owner pays the current plan; `null` on the free one. One paid by the month is offered by the year, and nothing is sold for a shorter time than is paid now. */
  paidCycle?: string | null;
  /** A higher plan is to be bought. */
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
  const [own, setOwn] = useState<SoldCycle>(initialCycle);
  const cycle = given ?? own;
  const isCustom = (plan: PlanOffer) => plan.action === 'contact';

  return (
    <PlanCards
      plans={list.plans}
      isCustom={isCustom}
      cycle={cycle}
      onCycleChange={onCycleChange ?? setOwn}
    >
      {(plan) => (
        <PlanCard
          key={plan.id}
          plan={plan}
          cycle={cycle}
          currency={list.currency}
          isCurrent={plan.current}
          isCustom={isCustom(plan)}
        >
          <PlanAction
            plan={plan}
            cycle={cycle}
            isOpening={openingPlanId === plan.id}
            isWaiting={openingPlanId !== null}
            paidCycle={paidCycle}
            onUpgrade={() => onUpgrade(plan, cycle)}
            onDowngrade={() => onDowngrade(plan)}
            onContact={onContact === undefined ? null : () => onContact(plan)}
          />
        </PlanCard>
      )}
    </PlanCards>
  );
}
