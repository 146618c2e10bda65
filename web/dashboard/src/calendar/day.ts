/** A day of the calendar at the browser's place, such as `2026-11-24`. */
export type Day = string;

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const MONTH_DAYS = 42;

/** Regions whose weeks begin on another day than Monday. */
const SUNDAY_REGIONS: readonly string[] =
  'AG AS AU BD BR BS BT BW BZ CA CN CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW'.split(
    ' ',
  );
const SATURDAY_REGIONS: readonly string[] = 'AE AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY'.split(
  ' ',
);

/** The day that is written, or null for what is on no calendar. */
export function readDay(text: string | null): Day | null {
  if (text === null || !DAY.test(text)) return null;
  return dayOf(midnight(text)) === text ? text : null;
}

export function dayOf(at: Date): Day {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The first moment of a day at the browser's place. */
export function midnight(day: Day): Date {
  const [, year, month, date] = DAY.exec(day) ?? [];
  return new Date(Number(year), Number(month) - 1, Number(date));
}

export function addDays(day: Day, count: number): Day {
  const at = midnight(day);
  // Days are not all equally long: the calendar counts, not the clock.
  return dayOf(new Date(at.getFullYear(), at.getMonth(), at.getDate() + count));
}

/** The same day of another month, or its last one where it is shorter. */
export function addMonths(day: Day, count: number): Day {
  const at = midnight(day);
  const last = new Date(at.getFullYear(), at.getMonth() + count + 1, 0).getDate();
  return dayOf(new Date(at.getFullYear(), at.getMonth() + count, Math.min(at.getDate(), last)));
}

/** The weekday that a week begins with where a locale is spoken: 0 is Sunday. */
export function firstWeekday(locale: string): number {
  const region = new Intl.Locale(locale).maximize().region ?? '';
  if (SUNDAY_REGIONS.includes(region)) return 0;
  return SATURDAY_REGIONS.includes(region) ? 6 : 1;
}

/** The seven days of the week that a day is in. */
export function weekOf(day: Day, first: number): readonly Day[] {
  const before = (midnight(day).getDay() - first + 7) % 7;
  return Array.from({ length: 7 }, (_, index) => addDays(day, index - before));
}

/** The six weeks that show the month of a day: always six, so that nothing moves from month to month. */
export function monthOf(day: Day, first: number): readonly (readonly Day[])[] {
  const [start = day] = weekOf(`${day.slice(0, 7)}-01`, first);
  const days = Array.from({ length: MONTH_DAYS }, (_, index) => addDays(start, index));
  return Array.from({ length: MONTH_DAYS / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7));
}
