import type { PublicPlans } from '../api/types.js';

/** The app's page in the market, where it is known. Only an address of the web: whatever else a server names is no link. */
export function installUrl({ installUrl: named }: Pick<PublicPlans, 'installUrl'>): string | null {
  return named && /^https?:\/\//i.test(named) ? named : null;
}
