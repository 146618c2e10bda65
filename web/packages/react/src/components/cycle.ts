import type { SoldCycle } from '../api/types.js';

const MONTHS: Readonly<Record<string, number>> = {
  MONTHLY: 1,
  YEARLY: 12,
  TWO_YEARS: 24,
  THREE_YEARS: 36,
  FOUR_YEARS: 48,
  FIVE_YEARS: 60,
};

/** How many months a way of paying covers; 0 for one that is not known, and for none. */
export function monthsOf(cycle: string | null): number {
  return cycle === null ? 0 : (MONTHS[cycle] ?? 0);
}

/** Why a plan is not sold by a cycle to whoever pays for a longer time: `longer` than any that is sold here. */
export type CycleRefusal = 'by_year' | 'longer';

/** The App Market allows no page of an app to sell a shorter way of paying: the server refuses it. */
export function cycleRefusal(cycle: SoldCycle, paidCycle: string | null): CycleRefusal | null {
  const paid = monthsOf(paidCycle);
  if (monthsOf(cycle) >= paid) return null;
  return paid > monthsOf('YEARLY') ? 'longer' : 'by_year';
}
