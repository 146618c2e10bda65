import type { UserStatus } from '@wixapp/react';

/** No cycle is shorter: what comes less than this before the end is the last. */
const SHORTEST_CYCLE_MS = 28 * 86_400_000;

export interface Ending {
  /** When the plan ends. */
  at: string;
  /**
   * Whether credits come before it ends. The last may come days before: credits come every 30 days, and Wix's months
   * have up to 31.
   */
  credits: 'none' | 'last' | 'more';
}

/** The end of a plan that is paid for and not renewed; null for all others. */
export function endOf({ subscription }: UserStatus): Ending | null {
  const { status, autoRenew, currentPeriodEnd, nextCycleAt } = subscription;
  const isPaid = status === 'active' || status === 'cancelled';
  if (!isPaid || autoRenew || !currentPeriodEnd) return null;
  const gap = nextCycleAt ? Date.parse(currentPeriodEnd) - Date.parse(nextCycleAt) : 0;
  if (gap <= 0) return { at: currentPeriodEnd, credits: 'none' };
  return { at: currentPeriodEnd, credits: gap < SHORTEST_CYCLE_MS ? 'last' : 'more' };
}

export interface PendingPlan {
  planId: string;
  /** When it begins, where that is known. */
  from: string | null;
}

/** The lower plan that was chosen for the end of the paid period; null where none follows. */
export function pendingOf(status: UserStatus): PendingPlan | null {
  const { pendingPlanId, currentPeriodEnd } = status.subscription;
  if (!pendingPlanId || endOf(status) !== null) return null;
  return { planId: pendingPlanId, from: currentPeriodEnd ?? null };
}
