import type { Credits } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';

export interface CreditsView {
  credits: Credits | undefined;
  available: number | undefined;
  held: number | undefined;
  creditsPerCycle: number | undefined;
  nextCycleAt: string | null;
  isLoading: boolean;
  hasCredits(amount?: number): boolean;
}

/** The live balance: pushed by the server, polled while the stream is down. */
export function useCredits(): CreditsView {
  const { userData, isLoading, hasCredits } = useWixContext();
  return {
    credits: userData?.credits,
    available: userData?.credits.available,
    held: userData?.credits.held,
    creditsPerCycle: userData?.plan.creditsPerCycle,
    nextCycleAt: userData?.subscription.nextCycleAt ?? null,
    isLoading,
    hasCredits,
  };
}
