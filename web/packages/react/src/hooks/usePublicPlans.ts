import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { keys } from '../api/keys.js';
import type { PublicPlans } from '../api/types.js';
import { inWordsOf } from '../api/words.js';
import { useWixContext } from '../context/WixContext.js';

/** The plan catalogue for a page that was opened without the app being installed, as from the App Market. */
export function usePublicPlans() {
  const { client, instanceData } = useWixContext();
  const { locale } = instanceData;
  const select = useCallback(
    (list: PublicPlans) => ({ ...list, plans: list.plans.map((plan) => inWordsOf(locale, plan)) }),
    [locale],
  );
  return useQuery<PublicPlans>({
    queryKey: keys.publicPlans,
    queryFn: ({ signal }) => client.publicPlans({ signal }),
    select,
    staleTime: 300_000,
  });
}
