import { useInfiniteQuery } from '@tanstack/react-query';
import { keys } from '../api/keys';
import { useWixContext } from '../context/WixContext';

const PAGE_SIZE = 20;

/** The ledger as the owner reads it, newest first, one page at a time; refetched when the balance changes. */
export function useCreditHistory(pageSize = PAGE_SIZE) {
  const { client, session } = useWixContext();
  return useInfiniteQuery({
    queryKey: [...keys.history, 'pages', pageSize],
    queryFn: ({ pageParam, signal }) =>
      client.history({ limit: pageSize, cursor: pageParam }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    enabled: session === 'ok',
  });
}
