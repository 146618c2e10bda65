/** Numbers, dates and plurals of one locale; every text of the interface is built with it. */
export interface Format {
  readonly locale: string;
  number(value: number): string;
  /** With sign, for changes: "+1,000", "−1". */
  signed(value: number): string;
  /** With at most one digit behind the point: "3.5". */
  decimal(value: number): string;
  percent(fraction: number): string;
  /** `amount` is decimal text such as "9.00"; whole amounts lose their ".00". */
  money(amount: string | number, currency: string): string;
  date(at: string): string;
  dateTime(at: string): string;
  /** A calendar day such as "2026-11-21" in short: "Nov 21". */
  day(date: string): string;
  /** Whole days between two instants as words: "in 30 days", "tomorrow". */
  days(at: string, now: string): string;
  plural(count: number, forms: { one?: string; two?: string; other: string }): string;
}

const DAY_MS = 86_400_000;

export function createFormat(locale: string): Format {
  const number = new Intl.NumberFormat(locale);
  const signed = new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' });
  const percent = new Intl.NumberFormat(locale, { style: 'percent' });
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  // A calendar day has no time zone: it is read and written in one that cannot move it.
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const plural = new Intl.PluralRules(locale);
  return {
    locale,
    number: (value) => number.format(value),
    signed: (value) => signed.format(value).replace('-', '\u2212'),
    decimal: (value) => decimal.format(value),
    percent: (fraction) => percent.format(fraction),
    money: (amount, currency) => money(locale, Number(amount), currency),
    date: (at) => date.format(new Date(at)),
    dateTime: (at) => dateTime.format(new Date(at)),
    day: (text) => day.format(new Date(`${text}T00:00:00Z`)),
    days: (at, now) =>
      relative.format(Math.round((Date.parse(at) - Date.parse(now)) / DAY_MS), 'day'),
    plural: (count, forms) => {
      const form = plural.select(count);
      return form === 'one' || form === 'two' ? (forms[form] ?? forms.other) : forms.other;
    },
  };
}

function money(locale: string, amount: number, currency: string): string {
  const digits = Number.isInteger(amount) ? 0 : 2;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount);
}
