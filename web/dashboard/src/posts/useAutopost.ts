import {
  type QueryClient,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useWixContext } from '@wixapp/react';
import { useMemo } from 'react';
import { autopostApi, type PostFilter } from './api';
import { isUnderWay } from './state';
import type { NetworkList, Post, PostPage, ProfileList } from './types';

const PAGE_SIZE = 20;
/** Progress itself comes by the live stream: this brings results, and what other people do. */
const WATCH_MS = 4_000;

export const keys = {
  posts: ['autopost', 'posts'] as const,
  post: (id: string) => ['autopost', 'post', id] as const,
  networks: ['autopost', 'networks'] as const,
  profiles: ['autopost', 'profiles'] as const,
  check: ['autopost', 'check'] as const,
};

/** Autopost's routes for the session of the page. */
export function useAutopost() {
  const { client } = useWixContext();
  return useMemo(() => autopostApi(client), [client]);
}

/** The networks; `isWatched` while something waits for one of them. */
export function useNetworks(isWatched = false) {
  const api = useAutopost();
  return useQuery<NetworkList>({
    queryKey: keys.networks,
    queryFn: ({ signal }) => api.networks(signal),
    refetchInterval: isWatched ? WATCH_MS : false,
  });
}

export function useProfiles() {
  const api = useAutopost();
  return useQuery<ProfileList>({
    queryKey: keys.profiles,
    queryFn: ({ signal }) => api.profiles(signal),
  });
}

/** Asks the server anew whether there is a profile; where no answer comes, it may well be there. */
export function useIsProfile(): (id: string) => Promise<boolean> {
  const api = useAutopost();
  const cache = useQueryClient();
  return async (wanted) => {
    const asked = cache.fetchQuery<ProfileList>({
      queryKey: keys.profiles,
      queryFn: ({ signal }) => api.profiles(signal),
      staleTime: 0,
    });
    const known = await asked.catch(() => null);
    return known === null || known.profiles.some(({ id }) => id === wanted);
  };
}

/** One post, looked at again and again while it is being published. */
export function usePost(id: string | null) {
  const api = useAutopost();
  return useQuery<Post>({
    queryKey: keys.post(id ?? ''),
    queryFn: ({ signal }) => api.post(id ?? '', signal),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? WATCH_MS : false),
  });
}

/** The posts that the filter names, newest first, one page at a time. */
export function usePostPages(filter: PostFilter) {
  const api = useAutopost();
  return useInfiniteQuery({
    queryKey: [...keys.posts, 'pages', filter],
    queryFn: ({ pageParam, signal }): Promise<PostPage> =>
      api.posts({ ...filter, cursor: pageParam, limit: PAGE_SIZE }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ posts }) => posts.some(isUnderWay)) ? WATCH_MS : false,
  });
}

/** Keeps what a call answered, and has the lists read anew that may show it. */
export function rememberPost(cache: QueryClient, post: Post): void {
  cache.setQueryData<Post>(keys.post(post.id), post);
  void cache.invalidateQueries({ queryKey: keys.posts });
}

export function useRememberPost(): (post: Post) => void {
  const cache = useQueryClient();
  return (post) => rememberPost(cache, post);
}
