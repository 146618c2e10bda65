import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { keys } from '../api/keys.js';
import type { PlanList } from '../api/types.js';
import { inWordsOf } from '../api/words.js';
import { useWixContext } from '../context/WixContext.js';

/** The plan catalogue with what this instance may do with each plan, in the reader's language where it has words for it. */
export function usePlans(enabled = true) {
  const { client, session, instanceData } = useWixContext();
  const { locale } = instanceData;
  const select = useCallback(
    (list: PlanList) => ({ ...list, plans: list.plans.map((plan) => inWordsOf(locale, plan)) }),
    [locale],
  );
  return useQuery<PlanList>({
    queryKey: keys.plans,
    queryFn: ({ signal }) => client.plans({ signal }),
    select,
    enabled: enabled && session === 'ok',
    staleTime: 60_000,
  });
}
