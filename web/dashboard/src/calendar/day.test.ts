import { describe, expect, it } from 'vitest';
import { addDays, addMonths, firstWeekday, monthOf, readDay, weekOf } from './day';

describe('days', () => {
  it('are_read_only_where_they_are_on_a_calendar', () => {
    const read = ['2026-11-24', '2026-02-30', '2026-13-01', 'tomorrow', null].map(readDay);
    expect(read).toEqual(['2026-11-24', null, null, null, null]);
  });

  it('are_counted_over_ends_of_months_and_changes_of_the_clock', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2026-10-24', 2)).toBe('2026-10-26');
    expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
  });

  it('stay_in_the_next_month_where_that_is_shorter', () => {
    expect([addMonths('2026-01-31', 1), addMonths('2026-03-31', -1)]).toEqual([
      '2026-02-28',
      '2026-02-28',
    ]);
    expect(addMonths('2026-12-15', 1)).toBe('2027-01-15');
  });
});

describe('weeks', () => {
  it.each([
    ['en-US', 0],
    ['he', 0],
    ['de', 1],
    ['en-GB', 1],
    ['ar-EG', 6],
  ])('begin where %s is spoken on day %i', (locale, first) => {
    expect(firstWeekday(locale)).toBe(first);
  });

  it('have_seven_days_from_their_first_one', () => {
    expect(weekOf('2026-11-21', 0)[0]).toBe('2026-11-15');
    expect(weekOf('2026-11-22', 1)).toEqual(
      ['16', '17', '18', '19', '20', '21', '22'].map((day) => `2026-11-${day}`),
    );
  });
});

it('shows_six_weeks_of_every_month', () => {
  const weeks = monthOf('2026-02-14', 0);
  expect(weeks).toHaveLength(6);
  expect([weeks[0]?.[0], weeks[5]?.[6]]).toEqual(['2026-02-01', '2026-03-14']);
});
