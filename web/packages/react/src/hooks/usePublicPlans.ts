import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/keys.js';
import type { PublicPlans } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';

/** The plan catalogue for a page that was opened without the app being installed, as from the App Market. */
export function usePublicPlans() {
  const { client } = useWixContext();
  return useQuery<PublicPlans>({
    queryKey: keys.publicPlans,
    queryFn: ({ signal }) => client.publicPlans({ signal }),
    staleTime: 300_000,
  });
}
