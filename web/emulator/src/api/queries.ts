import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ApiError, get, segment } from './client';
import type {
  AppSettings,
  ChaosState,
  ChargeLedger,
  Checkout,
  ClockState,
  Delivery,
  DeliveryDetail,
  Invoice,
  PlatformState,
  Snapshot,
  Timeline,
} from './types';

/** What the home page can show. */
const NEWEST_DELIVERIES = 20;

/** Behind the live stream: what was missed while it was down shows up this much later. */
const POLL_MS = 10_000;

export const keys = {
  state: ['state'] as const,
  clock: ['clock'] as const,
  deliveries: ['deliveries'] as const,
  chaos: ['chaos'] as const,
  snapshots: ['snapshots'] as const,
  timeline: ['timeline'] as const,
  timelineOf: (limit: number) => ['timeline', limit] as const,
  delivery: (id: string) => ['delivery', id] as const,
  checkout: (token: string) => ['checkout', token] as const,
  invoices: (instanceId: string, newest: string) => ['invoices', instanceId, newest] as const,
  settings: ['settings'] as const,
  charges: (instanceId: string) => ['charges', instanceId] as const,
  appFrame: (siteId: string, search: string, visit: number) =>
    ['app-frame', siteId, search, visit] as const,
};

export function usePlatformState() {
  return useQuery({
    queryKey: keys.state,
    queryFn: ({ signal }) => get<PlatformState>('state', signal),
    refetchInterval: POLL_MS,
  });
}

export function useClockState() {
  return useQuery({
    queryKey: keys.clock,
    queryFn: ({ signal }) => get<ClockState>('clock', signal),
    refetchInterval: POLL_MS,
  });
}

/** The newest deliveries, newest first. */
export function useDeliveries() {
  return useQuery({
    queryKey: keys.deliveries,
    queryFn: async ({ signal }) =>
      (await get<{ deliveries: Delivery[] }>(`deliveries?limit=${NEWEST_DELIVERIES}`, signal))
        .deliveries,
    refetchInterval: POLL_MS,
  });
}

/** The app does not tell when its ledger or its jobs change: the page looks this often. */
const FOLLOW_MS = 2_000;

/** The newest lines of the time line, newest first. */
export function useTimeline(limit: number) {
  return useQuery({
    queryKey: keys.timelineOf(limit),
    queryFn: ({ signal }) => get<Timeline>(`timeline?limit=${limit}`, signal),
    placeholderData: keepPreviousData,
    // An app that tells nothing of itself is not asked at every turn.
    refetchInterval: ({ state }) => (state.data?.appAnswers === false ? POLL_MS : FOLLOW_MS),
  });
}

export function useChaos() {
  return useQuery({
    queryKey: keys.chaos,
    queryFn: ({ signal }) => get<ChaosState>('chaos', signal),
    refetchInterval: POLL_MS,
  });
}

export function useSnapshots() {
  return useQuery({
    queryKey: keys.snapshots,
    queryFn: async ({ signal }) =>
      (await get<{ snapshots: Snapshot[] }>('snapshots', signal)).snapshots,
  });
}

export function useDelivery(deliveryId: string) {
  return useQuery({
    queryKey: keys.delivery(deliveryId),
    queryFn: ({ signal }) => get<DeliveryDetail>(`deliveries/${segment(deliveryId)}`, signal),
    placeholderData: keepPreviousData,
  });
}

export function useCheckout(token: string) {
  return useQuery({
    queryKey: keys.checkout(token),
    queryFn: ({ signal }) => get<Checkout>(`checkout/${segment(token)}`, signal),
    refetchOnWindowFocus: true,
  });
}

/** All invoices of an install. The state names the newest one: another newest means others to ask for. */
export function useInvoices(instanceId: string, newest: string) {
  return useQuery({
    queryKey: keys.invoices(instanceId, newest),
    queryFn: async ({ signal }) => {
      const address = `instances/${segment(instanceId)}/invoices`;
      return (await get<{ invoices: Invoice[] }>(address, signal)).invoices;
    },
    placeholderData: keepPreviousData,
  });
}

export function useAppSettings() {
  return useQuery({
    queryKey: keys.settings,
    queryFn: ({ signal }) => get<AppSettings>('app/settings', signal),
  });
}

/** What the app charged or counted, where it is paid by use. */
export function useCharges(instanceId: string) {
  return useQuery({
    queryKey: keys.charges(instanceId),
    queryFn: ({ signal }) => get<ChargeLedger>(`instances/${segment(instanceId)}/charges`, signal),
  });
}

/**
 * The signed address of the app's page. Asked once per site, query string and visit: a new answer
 * carries a new token and would reload the frame, so it is never refetched behind the user's back.
 */
export function useAppFrame(siteId: string, search: string, visit: number) {
  return useQuery({
    queryKey: keys.appFrame(siteId, search, visit),
    queryFn: ({ signal }) =>
      get<{ url: string }>(`sites/${segment(siteId)}/app-frame${search}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  });
}

/** Worth another try only when the platform did not answer or failed; a refusal stays a refusal. */
export function shouldRetry(failures: number, error: Error): boolean {
  if (failures >= 2) return false;
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
}
