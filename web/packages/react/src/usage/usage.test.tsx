import { fireEvent, render, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Usage, UsageDay, UserStatus } from '../api/types.js';
import { utcOffsetAt } from '../hooks/useUsage.js';
import { aStarterStatus, aStatus, aUsage, credits, NOW } from '../testing/fixtures.js';
import { openPage, Providers } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { forecast } from './forecast.js';
import { OTHER, roundUp, seriesOf } from './series.js';
import { keyTarget, UsageChart } from './UsageChart.js';
import { UsageForecast } from './UsageForecast.js';

const server = startTestServer();
const show = (element: React.ReactElement) => render(element, { wrapper: Providers });
beforeEach(() => openPage());

const daysOf = (spent: readonly number[]): UsageDay[] =>
  spent.map((amount, index) => ({
    date: `2026-11-${String(index + 1).padStart(2, '0')}`,
    credits: amount,
    actions: amount > 0 ? [{ action: 'publish', credits: amount }] : [],
  }));

describe('forecast', () => {
  const see = (
    spent: readonly number[],
    available: number,
    nextCycleAt: string | null = null,
    endsAt: string | null = null,
  ) => forecast({ days: daysOf(spent), available, now: NOW, nextCycleAt, endsAt });

  it('counts_from_the_first_day_on_which_something_was_spent', () => {
    const late = [...Array<number>(12).fill(0), 4, 6];
    expect(see(late, 50)).toEqual({
      kind: 'runs_out',
      at: '2026-12-01T12:00:00.000Z',
      perDay: 5,
      beforeNextCycle: true,
    });
  });

  it('looks_two_weeks_back_and_no_further', () => {
    expect(see([900, ...Array<number>(14).fill(1)], 10)).toMatchObject({ perDay: 1 });
    expect(see([900, ...Array<number>(14).fill(0)], 10)).toEqual({ kind: 'idle' });
  });

  it('knows_whether_the_next_credits_come_first', () => {
    const spent = Array<number>(14).fill(1);
    expect(see(spent, 10, '2026-11-30T00:00:00Z')).toMatchObject({ beforeNextCycle: false });
    expect(see(spent, 10, '2026-12-05T00:00:00Z')).toMatchObject({ beforeNextCycle: true });
  });

  it('does_not_pretend_to_see_further_than_a_year', () => {
    expect(see([1], 366)).toEqual({ kind: 'lasts', perDay: 1 });
    expect(see([1], 365)).toMatchObject({ kind: 'runs_out' });
  });

  it('forecasts_nothing_for_who_has_nothing', () => {
    expect(see([1], 0)).toEqual({ kind: 'empty' });
    expect(see([], 0)).toEqual({ kind: 'empty' });
    expect(see([], 1)).toEqual({ kind: 'idle' });
  });

  it('sees_no_further_than_the_end_of_a_plan', () => {
    const end = '2026-12-01T12:00:00Z';
    expect(see([1], 9, null, end)).toMatchObject({ kind: 'runs_out', beforeNextCycle: true });
    expect(see([1], 10, null, end)).toEqual({ kind: 'plan_ends', at: end, perDay: 1 });
    expect(see([1], 9_000, null, end)).toMatchObject({ kind: 'plan_ends' });
    expect(see([1], 9, '2026-11-25T12:00:00Z', end)).toMatchObject({ beforeNextCycle: false });
  });
});

describe('seriesOf', () => {
  const usageOf = (actions: Record<string, number>): Usage => ({
    from: '2026-11-21',
    to: '2026-11-21',
    credits: 0,
    days: [
      {
        date: '2026-11-21',
        credits: Object.values(actions).reduce((sum, each) => sum + each, 0),
        actions: Object.entries(actions).map(([action, credits]) => ({ action, credits })),
      },
    ],
  });

  it('puts_the_most_used_action_first', () => {
    const { actions, totals, most } = seriesOf(usageOf({ a: 1, b: 5 }));
    expect([actions, totals, most]).toEqual([['b', 'a'], [5, 1], 6]);
  });

  it('gathers_what_is_beyond_five_actions_without_losing_a_credit', () => {
    const six = seriesOf(usageOf({ a: 6, b: 5, c: 4, d: 3, e: 2, f: 1 }));
    expect(six.actions).toEqual(['a', 'b', 'c', 'd', OTHER]);
    expect(six.totals).toEqual([6, 5, 4, 3, 3]);
    expect(six.bars[0]?.parts.reduce((sum, each) => sum + each, 0)).toBe(six.bars[0]?.credits);
    expect(seriesOf(usageOf({ a: 5, b: 4, c: 3, d: 2, e: 1 })).actions).toHaveLength(5);
  });

  it.each([
    [0, 1],
    [1, 1],
    [3, 5],
    [11, 20],
    [500, 500],
    [501, 1000],
  ])('rounds_the_scale_of_%s_up_to_%s', (value, top) => {
    expect(roundUp(value)).toBe(top);
  });
});

describe('UsageChart', () => {
  const chart = () => screen.getByRole('slider', { name: 'Credits used by day' });
  const told = () => chart().getAttribute('aria-valuetext');

  it('tells_each_day_to_who_moves_through_it_by_keyboard', () => {
    show(<UsageChart usage={aUsage()} actionName={(action) => action.toUpperCase()} />);
    expect(told()).toBe('Nov 21: 5 credits (PUBLISH 5)');
    fireEvent.keyDown(chart(), { key: 'ArrowLeft' });
    expect(told()).toMatch(/^Nov 20: /);
    fireEvent.keyDown(chart(), { key: 'Home' });
    expect(told()).toBe('Oct 23: 3 credits (PUBLISH 1, IMAGE 2)');
    expect(screen.getByTestId('usage-detail').textContent).toBe(told());
  });

  it('holds_the_same_numbers_in_a_table', () => {
    show(<UsageChart usage={aUsage()} />);
    const table = within(screen.getByRole('table', { hidden: true }));
    const used = aUsage().days.filter(({ credits }) => credits > 0);
    expect(table.getAllByRole('row', { hidden: true })).toHaveLength(used.length + 1);
    expect(table.getByRole('row', { name: 'Oct 23 3 1 2', hidden: true })).toBeTruthy();
  });

  it('moves_forward_to_the_left_in_right_to_left_languages', () => {
    expect(keyTarget('ArrowLeft', 3, 10, true)).toBe(4);
    expect(keyTarget('ArrowLeft', 3, 10, false)).toBe(2);
    expect(keyTarget('ArrowRight', 9, 10, false)).toBe(9);
    expect([keyTarget('End', 3, 10, true), keyTarget('a', 3, 10, true)]).toEqual([9, null]);
  });
});

describe('UsageForecast', () => {
  it.each([
    [12, /run out about Nov 25, 2026 \(in 4 days\)/],
    [120, /last until the next ones arrive on Dec 21, 2026/],
    [9000, /last for more than a year/],
  ])('says_how_long_%s_credits_last', async (available, sentence) => {
    server.status = aStatus({ credits: credits(available, 2) });
    show(<UsageForecast usage={aUsage()} />);
    expect((await screen.findByTestId('usage-forecast')).textContent).toMatch(sentence);
  });

  /** Starter that was not renewed, some time before its end. */
  const ending = (nextCycleAt: string | null, balance: UserStatus['credits']) => {
    const { subscription } = aStarterStatus();
    const unrenewed = { ...subscription, status: 'cancelled', autoRenew: false } as const;
    return aStarterStatus({ subscription: { ...unrenewed, nextCycleAt }, credits: balance });
  };

  it.each([
    [
      'en',
      /^Your plan ends on Dec 21, 2026, before .* On average 2.9 a day, counted from the first use/,
    ],
    ['de', /^Ihr Tarif endet am 21.12.2026, bevor .* gemessen seit dem ersten Verbrauch/],
    ['he', /^התוכנית שלך מסתיימת ב-.*, לפני ש.* מאז השימוש הראשון/],
  ])('does_not_promise_credits_beyond_the_end_of_the_plan: %s', async (locale, sentence) => {
    openPage(`instance=token-1&locale=${locale}`);
    server.status = ending('2026-12-21T12:00:00Z', credits(9_000, 2));
    show(<UsageForecast usage={aUsage()} />);
    const { children } = await screen.findByTestId('usage-forecast');
    expect([...children].map(({ textContent }) => textContent).join(' ')).toMatch(sentence);
  });

  it('goes_on_with_credits_that_stay_when_the_plan_ends', async () => {
    const bought = { ...credits(9_000, 2), byPool: { plan: 0, purchased: 9_000, promo: 0 } };
    server.status = ending(null, bought);
    show(<UsageForecast usage={aUsage()} />);
    expect((await screen.findByTestId('usage-forecast')).textContent).toMatch(/more than a year/);
  });

  it('says_that_nothing_is_left_and_what_comes', async () => {
    server.status = aStatus({ credits: credits(0, 2) });
    const { unmount } = show(<UsageForecast usage={aUsage()} />);
    const said = async () => (await screen.findByTestId('usage-forecast')).textContent;
    expect(await said()).toBe('You have no credits. The next ones arrive on Dec 21, 2026.');
    unmount();
    // What would come on the day of the end does not come.
    server.status = ending('2026-12-21T12:00:00Z', credits(0, 2));
    openPage();
    show(<UsageForecast usage={aUsage()} />);
    expect(await said()).toBe('You have no credits.');
  });
});

it('asks_for_days_that_begin_at_the_browsers_midnight', () => {
  const at = (minutes: number) => {
    const moment = new Date(NOW);
    moment.getTimezoneOffset = () => minutes;
    return utcOffsetAt(moment);
  };
  expect([at(0), at(-120), at(210)]).toEqual(['+00:00', '+02:00', '-03:30']);
});
