import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/keys.js';
import type { PlanPreview, SoldCycle } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';

/** What moving to a plan would do to plan and credits, from the server; asks nothing while `planId` is null. */
export function usePlanPreview(planId: string | null, cycle?: SoldCycle) {
  const { client, session, userData } = useWixContext();
  return useQuery<PlanPreview>({
    queryKey: [...keys.preview, planId, cycle, userData?.credits.version, userData?.plan.id],
    queryFn: ({ signal }) => client.preview(planId ?? '', cycle, { signal }),
    enabled: planId !== null && session === 'ok',
  });
}
