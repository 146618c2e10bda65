import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/keys';
import type { PlanList } from '../api/types';
import { useWixContext } from '../context/WixContext';

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
