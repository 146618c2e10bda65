import type { SoldCycle } from '../api/types.js';

/** What is needed of a plan to say what it costs. */
export interface PricedPlan {
  /** Decimal texts; none where the price is agreed on in person. */
  priceMonthly?: string | null;
  priceYearly?: string | null;
}

export interface ShownPrice {
  /** Price of one month in the chosen cycle. */
  perMonth: number;
  /** What is billed at once. */
  billed: number;
}

export function priceOf(plan: PricedPlan, cycle: SoldCycle): ShownPrice {
  const billed = Number(cycle === 'YEARLY' ? plan.priceYearly : plan.priceMonthly);
  // Rounded to cents: shown, never charged.
  const perMonth = cycle === 'YEARLY' ? Math.round((billed / 12) * 100) / 100 : billed;
  return { perMonth, billed };
}

export interface Saving {
  /** The greatest part of twelve monthly prices that a yearly plan saves, 0..1 and rounded down to whole percent. */
  most: number;
  /** Whether every plan that is paid for saves as much. */
  isSame: boolean;
}

/** What paying by the year saves; leave out plans that are agreed on in person, which have no price here. */
export function savingOf(plans: readonly PricedPlan[]): Saving {
  const sold = plans.filter((plan) => Number(plan.priceMonthly) > 0);
  const savings = sold.map((plan) => {
    const part = 1 - Number(plan.priceYearly) / (Number(plan.priceMonthly) * 12);
    // The small term keeps exact percentages such as 0.15 from falling to 14 by binary rounding.
    return Math.max(0, Math.floor(part * 100 + 1e-9) / 100);
  });
  const most = Math.max(0, ...savings);
  return { most, isSame: savings.every((saving) => saving === most) };
}
