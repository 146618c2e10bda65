import type { ClockMove } from '../api/types';
import { formatSpan } from '../format/time';

function counted(count: number, one: string, many: string): string {
  if (count === 0) return `no ${many}`;
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * `Moved 30 days; 1 renewal, 2 deliveries, 1 event in the app.` Told by the offset, not by the times: the clock also
 * runs on while the platform works.
 */
export function describeMove(offsetBeforeMs: number, move: ClockMove): string {
  const span = formatSpan(move.offsetMs - offsetBeforeMs);
  const renewals = counted(move.renewals, 'renewal', 'renewals');
  const deliveries = counted(move.deliveries, 'delivery', 'deliveries');
  const inApp =
    move.appEvents === 0 ? '' : `, ${counted(move.appEvents, 'event', 'events')} in the app`;
  return `Moved ${span}; ${renewals}, ${deliveries}${inApp}.`;
}
