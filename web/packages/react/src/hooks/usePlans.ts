import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/keys.js';
import type { PlanList } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';

/** The plan catalogue with what this instance may do with each plan. */
export function usePlans() {
  const { client, session } = useWixContext();
  return useQuery<PlanList>({
    queryKey: keys.plans,
    queryFn: ({ signal }) => client.plans({ signal }),
    enabled: session === 'ok',
    staleTime: 60_000,
  });
}
