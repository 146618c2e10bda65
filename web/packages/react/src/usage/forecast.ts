import type { UsageDay, UserStatus } from '../api/types.js';

/** How far back the pace is measured. */
const PACE_DAYS = 14;
const DAY_MS = 86_400_000;
const LONGEST_DAYS = 365;

export type Forecast =
  /** Nothing is left to spend. */
  | { kind: 'empty' }
  /** Nothing was spent lately. */
  | { kind: 'idle' }
  /** At the pace of the last days the credits are used up on this day. */
  | { kind: 'runs_out'; at: string; perDay: number; beforeNextCycle: boolean }
  /** The plan ends first, and its credits leave with it. */
  | { kind: 'plan_ends'; at: string; perDay: number }
  /** The credits last for more than a year. */
  | { kind: 'lasts'; perDay: number };

export interface ForecastInput {
  /** Oldest first. */
  days: readonly UsageDay[];
  available: number;
  /** When a plan that is not renewed ends with credits of it unspent; null where none will leave. */
  endsAt: string | null;
  /** RFC 3339, the server's now. */
  now: string;
  nextCycleAt: string | null;
}

/**
 * When the credits run out if the owner goes on as in the last two weeks. The pace counts from the first day in
 * them on which something was spent, so that somebody new is not taken for somebody thrifty.
 */
export function forecast(input: ForecastInput): Forecast {
  const { days, available, now, nextCycleAt, endsAt } = input;
  if (available <= 0) return { kind: 'empty' };
  const lately = days.slice(-PACE_DAYS);
  const first = lately.findIndex(({ credits }) => credits > 0);
  if (first === -1) return { kind: 'idle' };
  const counted = lately.slice(first);
  const perDay = counted.reduce((sum, { credits }) => sum + credits, 0) / counted.length;
  const left = available / perDay;
  const atMs = Date.parse(now) + left * DAY_MS;
  if (endsAt !== null && atMs >= Date.parse(endsAt))
    return { kind: 'plan_ends', at: endsAt, perDay };
  if (left > LONGEST_DAYS) return { kind: 'lasts', perDay };
  const beforeNextCycle = nextCycleAt === null || atMs < Date.parse(nextCycleAt);
  return { kind: 'runs_out', at: new Date(atMs).toISOString(), perDay, beforeNextCycle };
}

/** The end of a plan that is paid for and not renewed; null for all others. */
export function planEnd({ subscription }: UserStatus): string | null {
  const { status, autoRenew, currentPeriodEnd } = subscription;
  const isPaid = status === 'active' || status === 'cancelled';
  return isPaid && !autoRenew && currentPeriodEnd ? currentPeriodEnd : null;
}

/** When credits come next; a plan that has ended brings no more. */
export function nextCredits(status: UserStatus): string | null {
  const { nextCycleAt = null } = status.subscription;
  const end = planEnd(status);
  if (nextCycleAt === null || end === null) return nextCycleAt;
  return Date.parse(nextCycleAt) < Date.parse(end) ? nextCycleAt : null;
}
