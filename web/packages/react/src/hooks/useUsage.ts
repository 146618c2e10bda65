import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { keys } from '../api/keys.js';
import type { Usage } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';

const DAY_MS = 86_400_000;

/** `2026-11-21` of a moment, on the calendar of the browser. */
function dayOf(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** `+02:00` of the browser's time zone at a moment. */
export function utcOffsetAt(moment: Date): string {
  const minutes = -moment.getTimezoneOffset();
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/**
 * What was spent on each of the last `days` days (1 to 366) and on which action; refetched when the balance changes.
 * Days begin at the browser's midnight, and "today" is the server's.
 */
export function useUsage(days = 30) {
  const { client, session, userData } = useWixContext();
  const now = userData?.now;
  const version = userData?.credits.version;
  return useQuery<Usage>({
    queryKey: [...keys.usage, days, version, now?.slice(0, 10)],
    queryFn: ({ signal }) => {
      const last = new Date(now ?? Date.now());
      const first = new Date(last.getTime() - (days - 1) * DAY_MS);
      const range = { from: dayOf(first), to: dayOf(last), utcOffset: utcOffsetAt(last) };
      return client.usage(range, { signal });
    },
    enabled: session === 'ok' && now !== undefined,
    placeholderData: keepPreviousData,
  });
}
