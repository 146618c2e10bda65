import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Check, PostBody } from '../posts/types';
import { keys, useAutopost } from '../posts/useAutopost';

/** The server is asked when the writer has paused. */
const PAUSE_MS = 400;

export interface CheckView {
  /** What the server last said, perhaps of words that were changed since. */
  check: Check | undefined;
  /** Whether that is about what stands there now. */
  isCurrent: boolean;
  error: unknown;
}

/** What the server says of a post while it is written: length, problems and price. */
export function useCheck(body: PostBody): CheckView {
  const api = useAutopost();
  const current = JSON.stringify(body);
  const [asked, setAsked] = useState(current);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(current), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [current]);
  const query = useQuery<Check>({
    queryKey: [...keys.check, asked],
    queryFn: () => api.checkPost(JSON.parse(asked) as PostBody),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  });
  return {
    check: query.data,
    isCurrent: asked === current && query.data !== undefined && !query.isPlaceholderData,
    error: query.error,
  };
}
