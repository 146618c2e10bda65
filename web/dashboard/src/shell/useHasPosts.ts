import { useQuery } from '@tanstack/react-query';
import { ApiError, useWixContext } from '@wixapp/react';

/**
 * Whether the app has autopost's routes, for which these pages write posts: every app serves this dashboard. It is asked
 * once, beside the first status; undefined until it is known. Only a clear no hides anything.
 */
export function useHasPosts(): boolean | undefined {
  const { client, session } = useWixContext();
  const { data } = useQuery({
    queryKey: ['has-posts'],
    queryFn: () =>
      client.call('/api/v1/networks').then(
        () => true,
        (error: unknown) => !(error instanceof ApiError && error.isNotFound),
      ),
    enabled: session === 'ok',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return data;
}
