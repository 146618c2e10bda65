import type { ApiClient } from '@wixapp/react';
import type {
  Check,
  Network,
  NetworkItem,
  NetworkList,
  Post,
  PostBody,
  PostImage,
  PostPage,
  PostState,
  Profile,
  ProfileBody,
  ProfileList,
  Started,
} from './types';

const BASE = '/api/v1';
/** Ten MiB over a slow line take their time. */
const UPLOAD_TIMEOUT_MS = 120_000;

/** Which posts; everything left out matches all. */
export interface PostFilter {
  state?: PostState | undefined;
  network?: Network | undefined;
  /** Words in the text. */
  q?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export type PostRange = PostFilter & { cursor?: string | null; limit?: number };
type Cancel = AbortSignal | undefined;

/** Autopost's own routes as typed calls, with the client's session and errors. */
export function autopostApi(client: ApiClient) {
  const get = <T>(path: string, signal: Cancel) => client.call<T>(BASE + path, { signal });
  const post = <T>(path: string, body: unknown = {}) =>
    client.call<T>(BASE + path, { method: 'POST', body });
  const put = <T>(path: string, body: unknown) =>
    client.call<T>(BASE + path, { method: 'PUT', body });
  const remove = (path: string) => client.call<void>(BASE + path, { method: 'DELETE' });
  const start = (path: string, idempotencyKey: string) =>
    client.call<Started>(BASE + path, { method: 'POST', body: {}, idempotencyKey });
  const one = (kind: 'posts' | 'profiles' | 'networks', id: string) =>
    `/${kind}/${encodeURIComponent(id)}`;

  return {
    networks: (signal: Cancel) => get<NetworkList>('/networks', signal),
    connect: (network: Network, fields: Record<string, string>) =>
      put<NetworkItem>(one('networks', network), { fields }),
    disconnect: (network: Network) => remove(one('networks', network)),

    posts: ({ limit = 20, cursor, ...filter }: PostRange, signal: Cancel) =>
      get<PostPage>(`/posts${queryOf({ ...filter, cursor, limit: String(limit) })}`, signal),
    post: (id: string, signal: Cancel) => get<Post>(one('posts', id), signal),
    createPost: (body: PostBody) => post<Post>('/posts', body),
    savePost: (id: string, version: number, body: PostBody) =>
      put<Post>(one('posts', id), { ...body, version }),
    deletePost: (id: string) => remove(one('posts', id)),
    duplicatePost: (id: string) => post<Post>(`${one('posts', id)}/duplicate`),
    checkPost: (body: PostBody) => post<Check>('/posts/check', body),
    publishPost: (id: string, key: string) => start(`${one('posts', id)}/publish`, key),
    retryPost: (id: string, key: string) => start(`${one('posts', id)}/retry`, key),
    schedulePost: (id: string, scheduledAt: string) =>
      post<Post>(`${one('posts', id)}/schedule`, { scheduledAt }),
    unschedulePost: (id: string) => post<Post>(`${one('posts', id)}/unschedule`),

    uploadImage: (file: Blob) =>
      client.call<PostImage>(`${BASE}/images`, {
        method: 'POST',
        file,
        timeoutMs: UPLOAD_TIMEOUT_MS,
      }),
    fetchImage: (url: string) => post<PostImage>('/images/from-url', { url }),

    profiles: (signal: Cancel) => get<ProfileList>('/profiles', signal),
    createProfile: (body: ProfileBody) => post<Profile>('/profiles', body),
    saveProfile: (id: string, version: number, body: ProfileBody) =>
      put<Profile>(one('profiles', id), { ...body, version }),
    deleteProfile: (id: string) => remove(one('profiles', id)),
  };
}

function queryOf(values: Record<string, string | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) query.set(name, value);
  return query.size === 0 ? '' : `?${query}`;
}
