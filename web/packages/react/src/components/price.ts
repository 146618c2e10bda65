import type { PlanOffer, SoldCycle } from '../api/types';

export interface ShownPrice {
  /** Price of one month in the chosen cycle. */
  perMonth: number;
  /** What is billed at once. */
  billed: number;
}

export function priceOf(plan: PlanOffer, cycle: SoldCycle): ShownPrice {
  const billed = Number(cycle === 'YEARLY' ? plan.priceYearly : plan.priceMonthly);
  // Rounded to cents: shown, never charged.
  const perMonth = cycle === 'YEARLY' ? Math.round((billed / 12) * 100) / 100 : billed;
  return { perMonth, billed };
}

/** The greatest part of twelve monthly prices that a yearly plan saves, 0..1 and rounded down to whole percent. */
export function bestSaving(plans: readonly PlanOffer[]): number {
  const savings = plans.map((plan) => {
    const twelveMonths = Number(plan.priceMonthly) * 12;
    return twelveMonths > 0 ? 1 - Number(plan.priceYearly) / twelveMonths : 0;
  });
  // The small term keeps exact percentages such as 0.15 from falling to 14 by binary rounding.
  return Math.max(0, Math.floor(Math.max(0, ...savings) * 100 + 1e-9) / 100);
}
