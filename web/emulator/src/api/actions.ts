import { useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post, segment } from './client';
import { keys } from './queries';
import type {
  CardDetails,
  Checkout,
  ClockMove,
  ClockReading,
  Delivery,
  Invoice,
  PlatformState,
  Site,
} from './types';

function replaceSite(state: PlatformState | undefined, site: Site): PlatformState | undefined {
  if (!state) return state;
  return {
    ...state,
    sites: state.sites.map((known) => (known.siteId === site.siteId ? site : known)),
  };
}

/** A change of one site: the answer is the site as it is now, shown without waiting for a refetch. */
function useSiteAction<Input>(run: (input: Input) => Promise<Site>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (site) => {
      client.setQueryData<PlatformState>(keys.state, (state) => replaceSite(state, site));
      void client.invalidateQueries({ queryKey: keys.clock });
    },
  });
}

export function useInstall() {
  return useSiteAction((siteId: string) => post<Site>(`sites/${segment(siteId)}/install`));
}

export function useUninstall() {
  return useSiteAction((siteId: string) => post<Site>(`sites/${segment(siteId)}/uninstall`));
}

export function useAutoRenew(instanceId: string) {
  return useSiteAction((enabled: boolean) =>
    post<Site>(`instances/${segment(instanceId)}/auto-renew`, { enabled }),
  );
}

export function useCardFails(instanceId: string) {
  return useSiteAction((fails: boolean) =>
    post<Site>(`instances/${segment(instanceId)}/card`, { fails }),
  );
}

export type EndReason = 'USER_CANCEL' | 'FAILED_PAYMENT';

export function useEndPlan(instanceId: string) {
  return useSiteAction((reason: EndReason) =>
    post<Site>(`instances/${segment(instanceId)}/end-plan`, { reason }),
  );
}

export interface NewOwner {
  name: string;
  email: string;
}

export function useTransfer(siteId: string) {
  return useSiteAction((owner: NewOwner) => post<Site>(`sites/${segment(siteId)}/transfer`, owner));
}

/** Copies a site; the answer is the new one. */
export function useDuplicate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (siteId: string) => post<Site>(`sites/${segment(siteId)}/duplicate`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.state }),
  });
}

export interface PlanChoice {
  productId: string;
  billingCycle: 'MONTHLY' | 'YEARLY';
}

/** Opens a checkout for a plan, as Wix's own pricing page does. */
export function useOrder(instanceId: string) {
  return useMutation({
    mutationFn: (choice: PlanChoice) =>
      post<Checkout>(`instances/${segment(instanceId)}/checkout`, choice),
  });
}

export type InvoiceChange =
  | { action: 'pay' | 'fail' }
  | { action: 'refund' | 'charge-back'; endPlan: boolean };

export function useInvoiceChange(invoiceId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ action, ...body }: InvoiceChange) =>
      post<Invoice>(`invoices/${segment(invoiceId)}/${action}`, body),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['invoices'] });
      await client.invalidateQueries({ queryKey: keys.state });
    },
  });
}

/** Asks the app what it charges for the period that runs, and writes the invoice. */
export function useChargeNow(instanceId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      post<{ reasons: string[] }>(`instances/${segment(instanceId)}/charges`, {
        intent: 'CREATE_INVOICE',
      }),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['invoices'] });
      await client.invalidateQueries({ queryKey: keys.charges(instanceId) });
    },
  });
}

/** Puts a coupon on a checkout; null takes it off. */
export function useCoupon(token: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (code: string | null) =>
      post<Checkout>(`checkout/${segment(token)}/coupon`, { code }),
    onSuccess: (checkout) => client.setQueryData<Checkout>(keys.checkout(token), checkout),
  });
}

/** Where to move the clock: a duration such as `30d`, or the next thing that is due. */
export type ClockTarget = { duration: string } | 'next-event';

/** Moves the clock; `before` is the reading right before, to tell how far it went. */
export async function moveClock(
  target: ClockTarget,
): Promise<{ before: ClockReading; move: ClockMove }> {
  const before = await get<ClockReading>('clock');
  const move =
    target === 'next-event'
      ? await post<ClockMove>('clock/next-event')
      : await post<ClockMove>('clock/advance', target);
  return { before, move };
}

export function useResend(deliveryId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (times: number) =>
      post<{ deliveries: Delivery[] }>(`deliveries/${segment(deliveryId)}/resend`, { times }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.deliveries });
      void client.invalidateQueries({ queryKey: keys.delivery(deliveryId) });
    },
  });
}

export function usePay(token: string) {
  return useMutation({
    mutationFn: (card: CardDetails) =>
      post<{ redirectUrl: string }>(`checkout/${segment(token)}/pay`, card),
  });
}
