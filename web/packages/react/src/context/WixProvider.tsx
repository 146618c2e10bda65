import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { createApiClient } from '../api/client';
import type { ApiError } from '../api/error';
import { type Frame, readFrame } from './frame';
import { createQueryClient } from './queryClient';
import { Session } from './Session';
import { ToastProvider } from './ToastProvider';

export interface WixProviderProps {
  children: ReactNode;
  /** Origin of the app's server when it is not the page's own. */
  baseUrl?: string;
  /** Languages (subtags) the page has texts for; the package itself has English. */
  languages?: readonly string[];
  /** Replaces `window.fetch`, for tests. */
  fetch?: typeof fetch;
}

const ENGLISH_ONLY: readonly string[] = ['en'];

/**
 * Root of a dashboard page: takes the instance token out of the address, loads the instance's data,
 * keeps it current by the live stream, and provides the API client, the query cache and toasts.
 */
export function WixProvider({
  children,
  baseUrl = '',
  languages = ENGLISH_ONLY,
  fetch: fetchFunction,
}: WixProviderProps) {
  const [frame] = useState<Frame>(() => readFrame(window));
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [cache] = useState(() => createQueryClient(setRefusal));
  const getToken = useCallback(() => frame.token, [frame]);
  const client = useMemo(
    () =>
      createApiClient({
        baseUrl,
        getToken,
        fetch: fetchFunction ?? ((input, init) => window.fetch(input, init)),
      }),
    [baseUrl, fetchFunction, getToken],
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
