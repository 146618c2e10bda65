import type { ReactNode } from 'react';
import type { SoldCycle } from '../api/types.js';
import type { PackageMessages } from '../messages/en.js';
import { useMessages } from '../messages/useMessages.js';
import { CycleSwitch } from './CycleSwitch.js';
import type { PlanFace } from './PlanCard.js';
import { type Saving, savingOf } from './price.js';

interface PlanCardsProps<P> {
  plans: readonly P[];
  isCustom(plan: P): boolean;
  cycle: SoldCycle;
  onCycleChange(cycle: SoldCycle): void;
  /** The card of one plan. */
  children(plan: P): ReactNode;
}

/** Plans side by side below the switch between monthly and yearly prices. */
export function PlanCards<P extends PlanFace>(props: PlanCardsProps<P>) {
  const { plans, isCustom, cycle, onCycleChange, children } = props;
  const messages = useMessages();
  const saving = savingOf(plans.filter((plan) => !isCustom(plan)));
  return (
    <div className="wxa-pricing">
      <CycleSwitch cycle={cycle} onChange={onCycleChange} saving={savingText(saving, messages)} />
      <ul className="wxa-pricing__grid">{plans.map(children)}</ul>
    </div>
  );
}

function savingText({ most, isSame }: Saving, { pricing }: PackageMessages): string | null {
  if (most === 0) return null;
  return isSame ? pricing.save(most) : pricing.saveUpTo(most);
}
