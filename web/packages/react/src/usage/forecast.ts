import type { UsageDay } from '../api/types.js';

/** How far back the pace is measured. */
const PACE_DAYS = 14;
const DAY_MS = 86_400_000;
const LONGEST_DAYS = 365;

export type Forecast =
  /** Nothing was spent lately. */
  | { kind: 'idle' }
  /** At the pace of the last days the credits are used up on this day. */
  | { kind: 'runs_out'; at: string; perDay: number; beforeNextCycle: boolean }
  /** The credits last for more than a year. */
  | { kind: 'lasts'; perDay: number };

export interface ForecastInput {
  /** Oldest first. */
  days: readonly UsageDay[];
  available: number;
  /** RFC 3339, the server's now. */
  now: string;
  nextCycleAt: string | null;
}

/**
 * When the credits run out if the owner goes on as in the last two weeks. The pace counts from the first day in
 * them on which something was spent, so that somebody new is not taken for somebody thrifty.
 */
export function forecast({ days, available, now, nextCycleAt }: ForecastInput): Forecast {
  const lately = days.slice(-PACE_DAYS);
  const first = lately.findIndex(({ credits }) => credits > 0);
  if (first === -1) return { kind: 'idle' };
  const counted = lately.slice(first);
  const perDay = counted.reduce((sum, { credits }) => sum + credits, 0) / counted.length;
  const left = Math.max(0, available) / perDay;
  if (left > LONGEST_DAYS) return { kind: 'lasts', perDay };
  const at = new Date(Date.parse(now) + left * DAY_MS);
  const beforeNextCycle = nextCycleAt === null || at.getTime() < Date.parse(nextCycleAt);
  return { kind: 'runs_out', at: at.toISOString(), perDay, beforeNextCycle };
}
