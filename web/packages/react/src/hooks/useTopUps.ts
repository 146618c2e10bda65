import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { keys } from '../api/keys.js';
import type { TopUpList } from '../api/types.js';
import { inWordsOf } from '../api/words.js';
import { useWixContext } from '../context/WixContext.js';

/** The credits that can be bought beside a plan; an empty list where the app sells none. */
export function useTopUps(enabled = true) {
  const { client, session, instanceData } = useWixContext();
  const { locale } = instanceData;
  const select = useCallback(
    (list: TopUpList) => ({
      ...list,
      topUps: list.topUps.map((topUp) => inWordsOf(locale, topUp)),
    }),
    [locale],
  );
  return useQuery<TopUpList>({
    queryKey: keys.topUps,
    queryFn: ({ signal }) => client.topUps({ signal }),
    select,
    enabled: enabled && session === 'ok',
    staleTime: 60_000,
  });
}
