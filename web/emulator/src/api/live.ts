import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { keys } from './queries';
import type { ClockReading, ClockState, PlatformState } from './types';

/** Bursts (a clock jump sends dozens of events) become one refetch per kind of data. */
const GATHER_MS = 120;

export type LiveStatus = 'connecting' | 'live' | 'polling';

type Stale = 'state' | 'clock' | 'deliveries' | 'timeline';

function isClockReading(value: unknown): value is ClockReading {
  return (
    typeof value === 'object' &&
    value !== null &&
    'now' in value &&
    typeof value.now === 'string' &&
    'offsetMs' in value &&
    typeof value.offsetMs === 'number'
  );
}

/** Shows a clock move at once, before any refetch. Text that is not a reading is ignored. */
export function applyClockEvent(client: QueryClient, data: string): void {
  let reading: unknown;
  try {
    reading = JSON.parse(data);
  } catch {
    return;
  }
  if (!isClockReading(reading)) return;
  const { now, offsetMs } = reading;
  client.setQueryData<ClockState>(keys.clock, (clock) => clock && { ...clock, now, offsetMs });
  client.setQueryData<PlatformState>(
    keys.state,
    (state) => state && { ...state, now, clockOffsetMs: offsetMs },
  );
}

function gatherer(client: QueryClient) {
  const stale = new Set<Stale>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const kind of stale) void client.invalidateQueries({ queryKey: keys[kind] });
    if (stale.has('state')) {
      void client.invalidateQueries({ queryKey: ['invoices'] });
      void client.invalidateQueries({ queryKey: ['charges'] });
    }
    if (stale.has('deliveries')) void client.invalidateQueries({ queryKey: ['delivery'] });
    stale.clear();
  };
  return {
    mark(...kinds: Stale[]) {
      for (const kind of kinds) stale.add(kind);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

/** The browser reconnects by itself unless the answer was an HTTP error; then it is up to us. */
const REOPEN_MS = 3_000;

/** Keeps the cached data in step with the platform for as long as the component is mounted. */
export function useLiveUpdates(): LiveStatus {
  const client = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>('connecting');
  useEffect(() => {
    const gather = gatherer(client);
    let source: EventSource;
    let reopen: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource('/_emulator/live');
      source.addEventListener('open', () => {
        setStatus('live');
        // Whatever happened between the first load, or a lost connection, and now.
        gather.mark('state', 'clock', 'deliveries', 'timeline');
      });
      source.addEventListener('error', () => {
        setStatus('polling');
        if (source.readyState === EventSource.CLOSED) reopen = setTimeout(open, REOPEN_MS);
      });
      source.addEventListener('state', () => gather.mark('state', 'clock'));
      source.addEventListener('delivery', () => gather.mark('deliveries', 'clock'));
      source.addEventListener('record', () => gather.mark('timeline'));
      source.addEventListener('clock', (event) => {
        applyClockEvent(client, String(event.data));
        gather.mark('clock', 'state');
      });
    };
    open();
    return () => {
      clearTimeout(reopen);
      gather.stop();
      source.close();
    };
  }, [client]);
  return status;
}
