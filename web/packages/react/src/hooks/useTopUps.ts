import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/keys.js';
import type { TopUpList } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';

/** The credits that can be bought beside a plan; an empty list where the app sells none. */
export function useTopUps() {
  const { client, session } = useWixContext();
  return useQuery<TopUpList>({
    queryKey: keys.topUps,
    queryFn: ({ signal }) => client.topUps({ signal }),
    enabled: session === 'ok',
    staleTime: 60_000,
  });
}
