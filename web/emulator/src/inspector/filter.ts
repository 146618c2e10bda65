import type { DeliveryState, RecordKind, TimelineRecord } from '../api/types';

export const KINDS: readonly RecordKind[] = [
  'request',
  'token',
  'delivery',
  'ledger',
  'job',
  'platform',
];

export const KIND_NAMES: Record<RecordKind, string> = {
  request: 'Requests',
  token: 'Tokens',
  delivery: 'Webhooks',
  ledger: 'Credits',
  job: 'Jobs',
  platform: 'Platform',
};

/** What one line of the time line is. */
export const KIND_NAME: Record<RecordKind, string> = {
  request: 'Request',
  token: 'Token',
  delivery: 'Webhook',
  ledger: 'Credits',
  job: 'Job',
  platform: 'Platform',
};

export const STATE_NAMES: Record<DeliveryState, string> = {
  pending: 'Pending',
  delivered: 'Delivered',
  retrying: 'Retrying',
  gave_up: 'Gave up',
};

export interface TimelineFilter {
  /** None means all. */
  kinds: readonly RecordKind[];
  siteName: string | null;
  /** Words that all stand in the title, whatever their case. */
  text: string;
  failedOnly: boolean;
}

export function matches(record: TimelineRecord, filter: TimelineFilter): boolean {
  const { kinds, siteName, text, failedOnly } = filter;
  const title = record.title.toLowerCase();
  return (
    (kinds.length === 0 || kinds.includes(record.kind)) &&
    (siteName === null || record.siteName === siteName) &&
    (!failedOnly || record.outcome === 'failed') &&
    text
      .toLowerCase()
      .split(/\s+/)
      .every((word) => title.includes(word))
  );
}

/** The sites that occur, for the filter's menu, in alphabetical order. */
export function siteNames(records: readonly TimelineRecord[]): string[] {
  const names = records.map(({ siteName }) => siteName).filter((name) => name !== null);
  return [...new Set(names)].sort();
}

/** The line that the address names by its own id, or the newest one of the delivery that it names. */
export function chosenRecord(
  records: readonly TimelineRecord[],
  { line, delivery }: { line: string | null; delivery: string | null },
): TimelineRecord | undefined {
  if (line !== null) return records.find(({ recordId }) => recordId === line);
  if (delivery === null) return undefined;
  return records.find(({ deliveryId }) => deliveryId === delivery);
}

/** The filter lives in the address, so that a filtered view can be reloaded and shared. */
export function filterFromSearch(search: URLSearchParams): TimelineFilter {
  const named = (search.get('kinds') ?? '').split(',');
  return {
    kinds: KINDS.filter((kind) => named.includes(kind)),
    siteName: search.get('site'),
    text: search.get('text') ?? '',
    failedOnly: search.get('failed') === '1',
  };
}

/** The kinds after one of them was switched, as the address holds them. */
export function switched(kinds: readonly RecordKind[], kind: RecordKind): string {
  const next = kinds.includes(kind) ? kinds.filter((each) => each !== kind) : [...kinds, kind];
  return KINDS.filter((each) => next.includes(each)).join(',');
}
