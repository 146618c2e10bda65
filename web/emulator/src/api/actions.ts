import { useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post, segment } from './client';
import { keys } from './queries';
import type { CardDetails, ClockMove, ClockReading, Delivery, PlatformState, Site } from './types';

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
