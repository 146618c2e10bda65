import { useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post, segment } from './client';
import { keys } from './queries';
import type {
  AppSettings,
  CardDetails,
  ChaosProfile,
  ChaosState,
  Checkout,
  ClockMove,
  ClockReading,
  ClockState,
  Delivery,
  Invoice,
  PlatformState,
  SettingsDraft,
  Site,
  Snapshot,
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

export function useSaveSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: SettingsDraft) => post<AppSettings>('app/settings', draft),
    onSuccess: (settings) => client.setQueryData<AppSettings>(keys.settings, settings),
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

/** Where to move the clock: by a duration such as `30d`, to a moment, or to the next thing that is due. */
export type ClockTarget = { duration: string } | { to: string } | 'next-event';

function moved(target: ClockTarget): Promise<ClockMove> {
  if (target === 'next-event') return post<ClockMove>('clock/next-event');
  return post<ClockMove>('to' in target ? 'clock/set' : 'clock/advance', target);
}

/** Moves the clock; `before` is the reading right before, to tell how far it went. */
export async function moveClock(
  target: ClockTarget,
): Promise<{ before: ClockReading; move: ClockMove }> {
  const before = await get<ClockReading>('clock');
  return { before, move: await moved(target) };
}

export function useResend(deliveryId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (times: number) =>
      post<{ deliveries: Delivery[] }>(`deliveries/${segment(deliveryId)}/resend`, { times }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.deliveries });
      void client.invalidateQueries({ queryKey: keys.timeline });
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

/** Lets the clock run: so much in each second, or at real speed with `null`. */
export function useRunClock() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (perSecond: string | null) => post<ClockState>('clock/run', { perSecond }),
    onSuccess: (clock) => client.setQueryData<ClockState>(keys.clock, clock),
  });
}

/** Begins a run of chaos with these settings, or ends it with `null`. */
export function useSwitchChaos() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (profile: ChaosProfile | null) =>
      post<ChaosState>('chaos', profile ? { on: true, ...profile } : { on: false }),
    onSuccess: (chaos) => client.setQueryData<ChaosState>(keys.chaos, chaos),
  });
}

export function useSaveSnapshot() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (snapshot: { name: string; replace: boolean }) =>
      post<Snapshot>('snapshots', snapshot),
    onSettled: () => client.invalidateQueries({ queryKey: keys.snapshots }),
  });
}

/** Goes back to a snapshot: everything shown is of another time then. */
export function useRestoreSnapshot() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => post<Snapshot>(`snapshots/${segment(name)}/restore`),
    onSettled: () => client.invalidateQueries(),
  });
}
