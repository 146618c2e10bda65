import { usePlans } from './usePlans.js';

/** Where the plans are paid, by its name; Wix until it is known. */
export function useBiller(): 'Wix' | 'Stripe' {
  const { data } = usePlans();
  return data?.billingSource === 'stripe' ? 'Stripe' : 'Wix';
}
