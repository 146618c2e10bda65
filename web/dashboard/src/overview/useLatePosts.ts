import { useQuery } from '@tanstack/react-query';
import { useWixContext } from '@wixapp/react';
import { momentOf } from '../posts/state';
import type { Post, PostPage, PostState } from '../posts/types';
import { keys, useAutopost } from '../posts/useAutopost';
import { isFirstTry } from './useReminder';

const NOT_OUT: readonly PostState[] = ['missed', 'failed', 'partly_published'];
/** How long it is said that a post did not go out. */
const DAYS_MS = 7 * 86_400_000;

/**
 * The posts that lately did not go out as planned. It is asked for beside what tells whether the app has posts at all, and
 * not after it: the first page waits for it.
 */
export function useLatePosts(enabled: boolean) {
  const { userData, session } = useWixContext();
  const api = useAutopost();
  const query = useQuery<PostPage>({
    queryKey: [...keys.posts, 'newest'],
    queryFn: ({ signal }) => api.posts({}, signal),
    enabled: enabled && session === 'ok',
  });
  const now = Date.parse(userData?.now ?? '') || Date.now();
  const isRecent = (post: Post) => now - Date.parse(momentOf(post)) < DAYS_MS;
  const posts = query.data?.posts ?? [];
  return {
    posts: posts.filter((post) => NOT_OUT.includes(post.state) && isRecent(post)),
    isAsking: isFirstTry(query),
  };
}
