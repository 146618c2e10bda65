import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { createApiClient } from '../api/client.js';
import type { ApiError } from '../api/error.js';
import { authorization, type Transport } from '../api/request.js';
import { followAddress } from '../location/follow.js';
import { PACKAGE_LANGUAGES } from '../messages/useMessages.js';
import { type Frame, readFrame } from './frame.js';
import { createQueryClient } from './queryClient.js';
import { renewingFetch } from './renewal.js';
import { Session } from './Session.js';
import { ToastProvider } from './ToastProvider.js';

export interface WixProviderProps {
  /** The page. */
  children: ReactNode;
  /** Origin of the app's server when it is not the page's own. */
  baseUrl?: string;
  /** Languages (subtags) the page has texts for; those of the package itself when left out. */
  languages?: readonly string[];
  /**
   * Gives a fresh token when the server refuses the old one: `() => dashboard.getAccessToken()` of the dashboard SDK.
   * Without it, or when it rejects, the page asks to be reloaded. It may be another function at each render.
   */
  refreshToken?: () => Promise<string>;
  /**
   * Whether the address of the dashboard around the page follows it, so that a reload, a bookmark and "Back" find the
   * same place: true when left out. False where the page does that itself, with the dashboard SDK.
   */
  followsAddress?: boolean;
  /** Replaces `window.fetch`, for tests. */
  fetch?: typeof fetch;
}

/**
 * Root of a dashboard page: takes the instance token out of the address, loads the instance's data,
 * keeps it current by the live stream, and provides the API client, the query cache and toasts.
 */
export function WixProvider({
  children,
  baseUrl = '',
  languages = PACKAGE_LANGUAGES,
  refreshToken,
  followsAddress = true,
  fetch: fetchFunction,
}: WixProviderProps) {
  const [frame, setFrame] = useState<Frame>(() => readFrame(window));
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [cache] = useState(() => createQueryClient(setRefusal));
  // Calls that are under way read the newest token, not the one of the render they began in.
  const token = useRef(frame.token);
  const ask = useRef(refreshToken);
  ask.current = refreshToken;
  const canAsk = refreshToken !== undefined;
  const client = useMemo(() => {
    const plain = fetchFunction ?? ((input, init) => window.fetch(input, init));
    const transport: Transport = { baseUrl, getToken: () => token.current, fetch: plain };
    if (!canAsk) return createApiClient(transport);
    const fetch = renewingFetch({
      fetch: plain,
      ask: () => ask.current?.() ?? Promise.resolve(''),
      authorization: () => authorization(transport),
      onToken: (fresh) => {
        token.current = fresh;
        setFrame((known) => ({ ...known, token: fresh }));
      },
    });
    return createApiClient({ ...transport, fetch });
  }, [baseUrl, fetchFunction, canAsk]);

  const { origin } = frame;
  // Before the session marks the entries that navigation makes: that wraps what this puts in place.
  useLayoutEffect(
    () => (followsAddress ? followAddress(window, origin) : undefined),
    [followsAddress, origin],
  );

  return (
    <QueryClientProvider client={cache}>
      <Session
        frame={frame}
        client={client}
        refusal={refusal}
        onRefused={setRefusal}
        languages={languages}
      >
        <ToastProvider>{children}</ToastProvider>
      </Session>
    </QueryClientProvider>
  );
}
