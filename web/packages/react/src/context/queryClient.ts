import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/error.js';
import { backoffMs } from '../live/backoff.js';

const MAX_RETRIES = 3;

function mayRetry(failures: number, error: unknown): boolean {
  return error instanceof ApiError && error.isRetryable && failures < MAX_RETRIES;
}

function retryWait(failures: number, error: unknown): number {
  const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
  return Math.max(backoffMs(failures, Math.random), asked ?? 0);
}

/** The package's cache: retries what may succeed later and reports a token that is over, once for all calls. */
export function createQueryClient(onSessionOver: (error: ApiError) => void): QueryClient {
  const report = (error: unknown) => {
    if (error instanceof ApiError && error.isSessionOver) onSessionOver(error);
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: report }),
    mutationCache: new MutationCache({ onError: report }),
    defaultOptions: {
      queries: { retry: mayRetry, retryDelay: retryWait, staleTime: 5_000 },
      // Writes carry an idempotency key or are harmless to repeat; only an unanswered one is repeated.
      mutations: {
        retry: (failures, error) =>
          error instanceof ApiError && error.isOffline && failures < MAX_RETRIES - 1,
        retryDelay: retryWait,
      },
    },
  });
}
