const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

const dateFormat = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const clockFormat = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** `21 Nov 2026`-like, in the reader's time zone. */
export function formatDate(at: string | number): string {
  return dateFormat.format(new Date(at));
}

/** Date and time to the second, in the reader's time zone. */
export function formatDateTime(at: string | number): string {
  return clockFormat.format(new Date(at));
}

function unit(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** The two largest units of a time span: `30 days`, `1 day 4 hours`, `12 seconds`. */
export function formatSpan(ms: number): string {
  const size = Math.abs(ms);
  const days = Math.floor(size / DAY_MS);
  const hours = Math.floor((size % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((size % HOUR_MS) / MINUTE_MS);
  const seconds = Math.floor((size % MINUTE_MS) / SECOND_MS);
  const parts: [number, string][] = [
    [days, 'day'],
    [hours, 'hour'],
    [minutes, 'minute'],
    [seconds, 'second'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return 'no time';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, name]) => unit(count, name))
    .join(' ');
}

/** The same in a chip's width: `+30 d`, `+1 d 4 h`; empty for less than a second. */
export function formatOffset(ms: number): string {
  if (ms < SECOND_MS) return '';
  const short: Record<string, string> = { day: 'd', hour: 'h', minute: 'min', second: 's' };
  return `+${formatSpan(ms).replace(/(day|hour|minute|second)s?/g, (name) => short[name.replace(/s$/, '')] ?? name)}`;
}

/** How far `at` lies from `now`: `in 3 days`, `2 minutes ago`, `now`. */
export function formatRelative(at: string | number, now: number): string {
  const distance = new Date(at).getTime() - now;
  if (Math.abs(distance) < SECOND_MS) return 'now';
  return distance > 0 ? `in ${formatSpan(distance)}` : `${formatSpan(distance)} ago`;
}
