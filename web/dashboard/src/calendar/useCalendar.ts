import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { autopostApi } from '../posts/api';
import { isUnderWay, momentOf } from '../posts/state';
import type { Post } from '../posts/types';
import { keys, useAutopost } from '../posts/useAutopost';
import { addDays, type Day, dayOf, midnight } from './day';

const PAGE = 100;
const WATCH_MS = 4_000;

export type PostsByDay = ReadonlyMap<Day, readonly Post[]>;

/** The posts of some days, the earliest first. Drafts have no place in a calendar. */
export function useCalendar(first: Day, last: Day) {
  const api = useAutopost();
  return useQuery<readonly Post[], Error, PostsByDay>({
    queryKey: [...keys.posts, 'calendar', first, last],
    queryFn: ({ signal }) =>
      allPosts(
        api,
        midnight(first).toISOString(),
        midnight(addDays(last, 1)).toISOString(),
        signal,
      ),
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? WATCH_MS : false),
    // The grid stays while the next month is fetched, and with it the focus of who walks it by keys.
    placeholderData: keepPreviousData,
    select: byDay,
  });
}

async function allPosts(
  api: ReturnType<typeof autopostApi>,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<readonly Post[]> {
  const posts: Post[] = [];
  let cursor: string | null = null;
  do {
    const page = await api.posts({ from, to, cursor, limit: PAGE }, signal);
    posts.push(...page.posts);
    cursor = page.nextCursor ?? null;
  } while (cursor !== null);
  return posts;
}

function byDay(posts: readonly Post[]): PostsByDay {
  const days = new Map<Day, Post[]>();
  const planned = posts.filter(({ state }) => state !== 'draft');
  const sorted = planned.sort(
    (one, other) => Date.parse(momentOf(one)) - Date.parse(momentOf(other)),
  );
  for (const post of sorted) {
    const day = dayOf(new Date(momentOf(post)));
    days.set(day, [...(days.get(day) ?? []), post]);
  }
  return days;
}

const NARROW = '(max-width: 767px)';

/** Whether a month is too much for the window. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const query = window.matchMedia(NARROW);
      query.addEventListener('change', onChange);
      return () => query.removeEventListener('change', onChange);
    },
    () => window.matchMedia(NARROW).matches,
  );
}
