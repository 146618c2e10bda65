/** Numbers, dates and plurals of one locale; every text of the interface is built with it. */
export interface Format {
  readonly locale: string;
  number(value: number): string;
  /** With sign, for changes: "+1,000", "−1". */
  signed(value: number): string;
  percent(fraction: number): string;
  /** `amount` is decimal text such as "9.00"; whole amounts lose their ".00". */
  money(amount: string | number, currency: string): string;
  date(at: string): string;
  dateTime(at: string): string;
  /** Whole days between two instants as words: "in 30 days", "tomorrow". */
  days(at: string, now: string): string;
  plural(count: number, forms: { one?: string; other: string }): string;
}

const DAY_MS = 86_400_000;

export function createFormat(locale: string): Format {
  const number = new Intl.NumberFormat(locale);
  const signed = new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' });
  const percent = new Intl.NumberFormat(locale, { style: 'percent' });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const plural = new Intl.PluralRules(locale);
  return {
    locale,
    number: (value) => number.format(value),
    signed: (value) => signed.format(value).replace('-', '\u2212'),
    percent: (fraction) => percent.format(fraction),
    money: (amount, currency) => money(locale, Number(amount), currency),
    date: (at) => date.format(new Date(at)),
    dateTime: (at) => dateTime.format(new Date(at)),
    days: (at, now) =>
      relative.format(Math.round((Date.parse(at) - Date.parse(now)) / DAY_MS), 'day'),
    plural: (count, forms) =>
      plural.select(count) === 'one' ? (forms.one ?? forms.other) : forms.other,
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
