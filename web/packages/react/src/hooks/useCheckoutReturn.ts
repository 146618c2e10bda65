import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { HistoryRange } from '../api/client.js';
import { ApiError } from '../api/error.js';
import { keys } from '../api/keys.js';
import type { Checkout, HistoryEntry } from '../api/types.js';
import { useOnline } from '../context/useOnline.js';
import { useWixContext } from '../context/WixContext.js';
import { forgetReturn, returnStart } from './returnStart.js';

/**
 * `waiting`: not confirmed after a minute, still watched. `offline`: the browser has no network, and the watch goes on
 * when it has. `unwatched`: the session ended, and nothing is asked any more. `cancelled` and `declined`: left without paying, as the address says. `expired`: the checkout can no longer
 * be paid. `unknown`: the address names no checkout of this instance, which says nothing about a payment.
 */
export type ReturnState =
  | 'processing'
  | 'success'
  | 'waiting'
  | 'offline'
  | 'unwatched'
  | 'cancelled'
  | 'declined'
  | 'expired'
  | 'unknown';

export interface CheckoutReturnParams {
  /** `payment` of the page's address: what the browser was told, never proof of a payment. */
  payment: string | null;
  /** `checkout` of the page's address. */
  checkoutId: string | null;
}

export interface CheckoutReturnView {
  state: ReturnState;
  checkout: Checkout | undefined;
  /** Balance before and after the purchase, as far as known. */
  before: number | null;
  after: number | null;
  /** The last attempt to ask the server failed; asking goes on. */
  isInterrupted: boolean;
}

/** After this time without a confirmation the page says honestly that it is still waiting. */
export const PATIENCE_MS = 60_000;
const ASK_MS = 5_000;
const ASK_LATE_MS = 15_000;

/**
 * What to tell a payer who came back. Only the server's word counts: it asks Wix at each return, and the
 * live stream tells of a webhook in between. Keeps watching until the checkout is final.
 */
export function useCheckoutReturn(params: CheckoutReturnParams): CheckoutReturnView {
  const { checkoutId, payment } = params;
  const { client, session } = useWixContext();
  const claimsPaid = payment === 'success';
  const isLate = useIsLate(checkoutId, claimsPaid);
  const isOnline = useOnline();
  const unpaid = payment === 'declined' || payment === 'failed' ? 'declined' : 'cancelled';

  const query = useQuery<Checkout>({
    queryKey: keys.checkout(checkoutId ?? ''),
    queryFn: ({ signal }) =>
      claimsPaid
        ? client.returnFromCheckout(checkoutId ?? '', { signal })
        : client.checkout(checkoutId ?? '', { signal }),
    enabled: checkoutId !== null && session === 'ok',
    staleTime: 0,
    refetchInterval: ({ state }) => {
      if (!isUndecided(state.data) || isRefused(state.error)) return false;
      return isLate ? ASK_LATE_MS : ASK_MS;
    },
  });

  const state = returnState(
    checkoutId,
    claimsPaid ? null : unpaid,
    query.data,
    query.error,
    isLate,
  );
  const isOver = query.data !== undefined && !isUndecided(query.data);
  useEffect(() => {
    if (isOver && checkoutId !== null) forgetReturn(window, checkoutId);
  }, [isOver, checkoutId]);
  const balance = usePurchaseBalance(query.data, state);
  // Who waits and may write their address is not interrupted by a lost network: a line says it.
  const [connected, setConnected] = useState(state);
  if (isOnline && connected !== state) setConnected(state);
  // Also over an answer of "unknown": a refused token says nothing about the checkout.
  const isUnwatched = session !== 'ok' && claimsPaid && !isOver;
  const isUnconfirmed = state === 'processing' || state === 'waiting';
  const isCutOff = !isOnline && isUnconfirmed && connected === 'processing';
  const isInterrupted =
    !isOnline || (query.failureReason !== null && !isRefused(query.failureReason));
  const shown = isUnwatched ? 'unwatched' : isCutOff ? 'offline' : state;
  return { state: shown, checkout: query.data, ...balance, isInterrupted };
}

function returnState(
  checkoutId: string | null,
  unpaid: 'cancelled' | 'declined' | null,
  checkout: Checkout | undefined,
  error: Error | null,
  isLate: boolean,
): ReturnState {
  if (checkout?.status === 'completed') return 'success';
  if (checkoutId === null || isRefused(error)) return unpaid ?? 'unknown';
  if (checkout?.status === 'expired') return 'expired';
  if (unpaid !== null) return unpaid;
  return isLate ? 'waiting' : 'processing';
}

/** A dismissed checkout can still be paid: Wix's link lives on for 48 hours. */
function isUndecided(checkout: Checkout | undefined): boolean {
  return checkout === undefined || checkout.status === 'open' || checkout.status === 'dismissed';
}

function isRefused(error: Error | null): boolean {
  return error instanceof ApiError && error.status >= 400 && !error.isRetryable;
}

/**
 * The ledger knows the step from old to new balance exactly, also after a reload and in a second tab;
 * until it has answered, what this page saw before and after stands in.
 */
function usePurchaseBalance(checkout: Checkout | undefined, state: ReturnState) {
  const { client, userData } = useWixContext();
  const available = userData?.credits.available ?? null;
  const seenBefore = useRef<number | null>(null);
  if (state === 'processing' && seenBefore.current === null) seenBefore.current = available;

  const { data: grant } = useQuery({
    queryKey: [...keys.history, 'purchase', checkout?.checkoutId],
    queryFn: async ({ signal }) => {
      if (checkout === undefined) return null;
      const { entries } = await client.history(grantsSince(checkout), { signal });
      return purchaseGrant(entries, checkout) ?? null;
    },
    enabled: state === 'success',
  });
  if (grant) return { before: grant.balanceAfter - grant.amount, after: grant.balanceAfter };
  const isRise =
    seenBefore.current !== null && available !== null && available > seenBefore.current;
  return { before: isRise ? seenBefore.current : null, after: available };
}

/** Grants of the kind that the checkout sells: a promo code's and a top-up's are not a plan's. */
function grantsSince({ billingCycle, createdAt }: Checkout): HistoryRange {
  const pool = billingCycle === 'ONE_TIME' ? 'purchased' : 'plan';
  return { kind: 'grant', pool, from: createdAt, limit: 50 };
}

/** The server completes a checkout together with its grant; entries come newest first. */
function purchaseGrant(entries: readonly HistoryEntry[], { completedAt }: Checkout) {
  const until = completedAt ? Date.parse(completedAt) : Number.POSITIVE_INFINITY;
  return entries.find((entry) => Date.parse(entry.at) <= until);
}

/** Whether the patience is used up; counted from the return itself when it claims a payment, which alone is waited for. */
function useIsLate(checkoutId: string | null, claimsPaid: boolean): boolean {
  const startMs = useMemo(() => {
    const now = Date.now();
    return checkoutId !== null && claimsPaid ? returnStart(window, checkoutId, now) : now;
  }, [checkoutId, claimsPaid]);
  const left = () => Math.max(0, startMs + PATIENCE_MS - Date.now());
  const [lateFor, setLateFor] = useState(() => (left() === 0 ? startMs : null));
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is left is counted when the start is known
  useEffect(() => {
    const timer = setTimeout(() => setLateFor(startMs), left());
    return () => clearTimeout(timer);
  }, [startMs]);
  return lateFor === startMs;
}
