import { useEffect, useState } from 'react';
import { useClockState } from '../api/queries';

/**
 * The platform's time in epoch milliseconds, running on between two answers of the platform; null
 * until it is known. `tickMs` is how often the caller is drawn anew.
 */
export function usePlatformNow(tickMs: number): number | null {
  const { data, dataUpdatedAt } = useClockState();
  const [wallMs, setWallMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setWallMs(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, [tickMs]);
  if (!data) return null;
  return Date.parse(data.now) + Math.max(0, wallMs - dataUpdatedAt);
}
