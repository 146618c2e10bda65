import type { HistoryFilter } from '../api/client.js';
import type { EntryKind, Pool } from '../api/types.js';

/** What the owner chose to see: kinds, pools and whole days of the browser's calendar. */
export interface HistoryQuery {
  kind?: EntryKind;
  pool?: Pool;
  /** The first day, `2026-03-01`. */
  from?: string;
  /** The last day. */
  to?: string;
  /** The entry whose explanation is open. */
  entry?: string;
}

export const ENTRY_KINDS = [
  'grant',
  'reserve',
  'post',
  'void',
  'spend',
  'reset',
  'expire',
  'reversal',
  'adjust',
  'repayment',
] as const satisfies readonly EntryKind[];

export const POOLS = ['plan', 'purchased', 'promo'] as const satisfies readonly Pool[];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Midnight at the browser's place that begins a day, or one `later` days after; undefined for what is no day. */
function midnight(day: string | undefined, later = 0): string | undefined {
  if (day === undefined || !DAY.test(day)) return undefined;
  // A day that is on no calendar, such as February 30th, comes back as another one.
  const utc = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(utc.getTime()) || utc.toISOString().slice(0, 10) !== day) return undefined;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** The server's filter for whole days: `from` is its first moment, `to` the first after the last day. */
export function filterOf(query: HistoryQuery): HistoryFilter {
  return {
    kind: query.kind,
    pool: query.pool,
    from: midnight(query.from),
    to: midnight(query.to, 1),
  };
}

/** Whether the first day is after the last: no entry can be between them, and the server refuses to look for one. */
export function isReversed({ from, to }: HistoryQuery): boolean {
  const [first, last] = [midnight(from), midnight(to)];
  return first !== undefined && last !== undefined && Date.parse(first) > Date.parse(last);
}

/** Whether fewer than all entries are asked for. */
export function isFiltered(query: HistoryQuery): boolean {
  return Object.values(filterOf(query)).some((value) => value !== undefined);
}

/** Reads a query from an address; what it does not know is left out. */
export function readHistoryQuery(params: URLSearchParams): HistoryQuery {
  const query: HistoryQuery = {};
  const kind = ENTRY_KINDS.find((each) => each === params.get('kind'));
  const pool = POOLS.find((each) => each === params.get('pool'));
  if (kind !== undefined) query.kind = kind;
  if (pool !== undefined) query.pool = pool;
  for (const name of ['from', 'to'] as const) {
    const day = params.get(name) ?? undefined;
    if (midnight(day) !== undefined && day !== undefined) query[name] = day;
  }
  const entry = params.get('entry');
  if (entry) query.entry = entry;
  return query;
}

/** The parameters that `readHistoryQuery` reads again. */
export function historyParams(query: HistoryQuery): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => Boolean(value)));
}
