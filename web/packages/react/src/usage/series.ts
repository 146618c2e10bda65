import type { Usage } from '../api/types.js';

/** Stands for all actions beyond those that are shown by name. */
export const OTHER = '\u0000other';
const NAMED = 4;

export interface UsageBar {
  /** `2026-11-21`. */
  date: string;
  credits: number;
  /** Credits of each action, in the order of the series. */
  parts: readonly number[];
}

export interface UsageSeries {
  /** Actions with the most credits first; `OTHER` last when there are more than five. */
  actions: readonly string[];
  /** Credits of each action over all days. */
  totals: readonly number[];
  bars: readonly UsageBar[];
  /** Credits of the day that used most. */
  most: number;
}

/** The days as bars of at most five parts, so that colours stay apart. */
export function seriesOf(usage: Usage): UsageSeries {
  const sums = new Map<string, number>();
  for (const { action, credits } of usage.days.flatMap((day) => day.actions)) {
    sums.set(action, (sums.get(action) ?? 0) + credits);
  }
  const ranked = [...sums].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const hasOther = ranked.length > NAMED + 1;
  const named = (hasOther ? ranked.slice(0, NAMED) : ranked).map(([action]) => action);
  const actions = hasOther ? [...named, OTHER] : named;

  const bars = usage.days.map(({ date, credits, actions: used }) => {
    const parts = actions.map(() => 0);
    for (const { action, credits } of used) {
      const place = named.indexOf(action);
      const index = place === -1 ? actions.length - 1 : place;
      parts[index] = (parts[index] ?? 0) + credits;
    }
    return { date, credits, parts };
  });
  const totals = actions.map((_, index) =>
    bars.reduce((sum, { parts }) => sum + (parts[index] ?? 0), 0),
  );
  return { actions, totals, bars, most: Math.max(0, ...bars.map(({ credits }) => credits)) };
}

/** The lowest round number (1, 2 or 5 times a power of ten) that is not below `value`, at least 1. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= value) ?? value;
}
