import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { API_BASE, type ApiClient } from '../api/client.js';
import type { ApiError } from '../api/error.js';
import { applyLiveEvent } from './apply.js';
import { type LiveState, LiveStream } from './stream.js';

/** Poll rhythm behind the stream. */
export const POLL_WHILE_OPEN_MS = 30_000;
export const POLL_WHILE_DOWN_MS = 5_000;

export function pollInterval(live: LiveState): number | false {
  if (live === 'stopped') return false;
  return live === 'open' ? POLL_WHILE_OPEN_MS : POLL_WHILE_DOWN_MS;
}

/** Keeps one stream open while the tab is visible and writes its events into the query cache. */
export function useLiveStream(
  client: ApiClient,
  enabled: boolean,
  onRefused: (error: ApiError) => void,
): LiveState {
  const cache = useQueryClient();
  const [state, setState] = useState<LiveState>('paused');

  useEffect(() => {
    if (!enabled) return;
    const stream = new LiveStream({
      transport: client.transport,
      path: `${API_BASE}/live`,
      onEvent: (event) => applyLiveEvent(cache, event),
      onState: setState,
      onRefused,
    });
    const follow = () => (document.visibilityState === 'hidden' ? stream.close() : stream.open());
    follow();
    document.addEventListener('visibilitychange', follow);
    // The network is back: do not sit out the rest of a long wait.
    window.addEventListener('online', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      window.removeEventListener('online', follow);
      stream.close();
    };
  }, [cache, client, enabled, onRefused]);

  return state;
}
