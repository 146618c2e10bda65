import { useCallback, useEffect } from 'react';
import type { ApiClient } from '../api/client.js';
import type { BiEventData, BiEventName } from '../context/trackEvent.js';
import { useWixContext } from '../context/WixContext.js';

export interface BiEventOptions {
  /** Also reports it by itself, without data, when it is first shown to an owner: once in the life of the page. */
  onShow?: boolean;
}

/** What each page has reported of its own accord; React may run an effect more than once. */
const shown = new WeakMap<ApiClient, Set<string>>();

/**
 * A function that reports this event to Wix through the server, for an `onClick` or after something was done. It
 * resolves to whether Wix has it, and never rejects.
 */
export function useBiEvent(event: BiEventName, { onShow = false }: BiEventOptions = {}) {
  const { client, trackEvent, session, userData } = useWixContext();
  const isReady = onShow && session === 'ok' && userData !== undefined;
  useEffect(() => {
    if (isReady && isFirst(client, event)) void trackEvent(event);
  }, [isReady, client, event, trackEvent]);
  return useCallback((data?: BiEventData) => trackEvent(event, data), [trackEvent, event]);
}

function isFirst(client: ApiClient, event: string): boolean {
  const events = shown.get(client) ?? new Set();
  if (events.has(event)) return false;
  shown.set(client, events.add(event));
  return true;
}
