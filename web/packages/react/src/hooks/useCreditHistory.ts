import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { HistoryFilter } from '../api/client.js';
import { keys } from '../api/keys.js';
import type { Explanation } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';

const PAGE_SIZE = 20;
const ALL: HistoryFilter = {};

/**
 * The ledger as the owner reads it, newest first, one page at a time; refetched when the balance changes.
 * `pageSize` is 1 to 100.
 */
export function useCreditHistory(filter: HistoryFilter = ALL, pageSize = PAGE_SIZE) {
  const { client, session } = useWixContext();
  return useInfiniteQuery({
    queryKey: [...keys.history, 'pages', filter, pageSize],
    queryFn: ({ pageParam, signal }) =>
      client.history({ ...filter, limit: pageSize, cursor: pageParam }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    enabled: session === 'ok',
  });
}

/** Why an entry of the history is there. An entry never changes, but the hold it belongs to may end. */
export function useExplanation(entryId: string | null) {
  const { client, session } = useWixContext();
  return useQuery<Explanation>({
    queryKey: keys.explanation(entryId ?? ''),
    queryFn: ({ signal }) => client.explain(entryId ?? '', { signal }),
    enabled: entryId !== null && session === 'ok',
  });
}
