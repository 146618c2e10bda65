import type { ClockMove } from '../api/types';
import { formatSpan } from '../format/time';

function counted(count: number, one: string, many: string): string {
  if (count === 0) return `no ${many}`;
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * `Moved 30 days; 1 renewal, 2 deliveries.` Told by the offset, not by the times: the clock also
 * runs on while the platform works.
 */
export function describeMove(offsetBeforeMs: number, move: ClockMove): string {
  const span = formatSpan(move.offsetMs - offsetBeforeMs);
  const renewals = counted(move.renewals, 'renewal', 'renewals');
  const deliveries = counted(move.deliveries, 'delivery', 'deliveries');
  return `Moved ${span}; ${renewals}, ${deliveries}.`;
}
