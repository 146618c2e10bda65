/** Ten years; the platform's own limit may be lower and then says so. */
const LONGEST_DAYS = 3_650;

export type DurationUnit = 'd' | 'h' | 'm' | 's';

export const DURATION_UNITS: readonly { id: DurationUnit; value: string; ms: number }[] = [
  { id: 'd', value: 'days', ms: 86_400_000 },
  { id: 'h', value: 'hours', ms: 3_600_000 },
  { id: 'm', value: 'minutes', ms: 60_000 },
  { id: 's', value: 'seconds', ms: 1_000 },
];

export type DurationResult = { duration: string } | { error: string };

/** What the user typed as the platform writes durations (`30d`), or a sentence saying what is wrong. */
export function parseDuration(amount: string, unit: DurationUnit): DurationResult {
  const text = amount.trim();
  if (text === '') return { error: 'Enter how far to move the clock.' };
  if (!/^\d+$/.test(text)) return { error: 'Enter a whole number.' };
  const count = Number(text);
  if (count === 0) return { error: 'The clock must move by at least 1.' };
  const unitMs = DURATION_UNITS.find(({ id }) => id === unit)?.ms ?? 1;
  if (count * unitMs > LONGEST_DAYS * 86_400_000) return { error: 'At most 10 years at once.' };
  return { duration: `${count}${unit}` };
}

export type MomentResult = { to: string } | { error: string };

/** What a date field holds, in the reader's time zone, as the platform writes moments. */
export function parseMoment(text: string, now: number): MomentResult {
  const at = Date.parse(text);
  if (text.trim() === '' || Number.isNaN(at)) return { error: 'Enter a date and a time.' };
  if (at < now) return { error: 'The clock only goes forward; a snapshot brings a time back.' };
  return { to: new Date(at).toISOString() };
}
