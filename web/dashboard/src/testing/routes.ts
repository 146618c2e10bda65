import {
  type Answering,
  type HandleOptions,
  handle,
  type Route,
  refusal,
} from '@wixapp/react/testing';
import type { autopostApi } from '../posts/api';
import type { PostBody, Problem, ProfileBody } from '../posts/types';

type Api = ReturnType<typeof autopostApi>;
/** A call of autopost's own routes by its name. */
export type AutopostCall = keyof Api | 'publishText';

/** Method and path of each call that pages make of autopost's own routes. */
const ROUTES = {
  networks: { method: 'GET', path: '/networks' },
  connect: { method: 'PUT', path: '/networks/{network}' },
  disconnect: { method: 'DELETE', path: '/networks/{network}' },
  posts: { method: 'GET', path: '/posts' },
  post: { method: 'GET', path: '/posts/{id}' },
  createPost: { method: 'POST', path: '/posts' },
  savePost: { method: 'PUT', path: '/posts/{id}' },
  deletePost: { method: 'DELETE', path: '/posts/{id}' },
  duplicatePost: { method: 'POST', path: '/posts/{id}/duplicate' },
  checkPost: { method: 'POST', path: '/posts/check' },
  publishPost: { method: 'POST', path: '/posts/{id}/publish' },
  publishText: { method: 'POST', path: '/posts/publish' },
  retryPost: { method: 'POST', path: '/posts/{id}/retry' },
  schedulePost: { method: 'POST', path: '/posts/{id}/schedule' },
  unschedulePost: { method: 'POST', path: '/posts/{id}/unschedule' },
  uploadImage: { method: 'POST', path: '/images' },
  fetchImage: { method: 'POST', path: '/images/from-url' },
  profiles: { method: 'GET', path: '/profiles' },
  createProfile: { method: 'POST', path: '/profiles' },
  saveProfile: { method: 'PUT', path: '/profiles/{id}' },
  deleteProfile: { method: 'DELETE', path: '/profiles/{id}' },
} as const satisfies Record<AutopostCall, Route>;

/** What is sent with the calls that send something. */
interface Bodies {
  connect: { fields: Record<string, string> };
  createPost: PostBody;
  savePost: PostBody & { version: number };
  checkPost: PostBody;
  publishText: { text: string; simulate?: 'fail' };
  schedulePost: { scheduledAt: string };
  fetchImage: { url: string };
  createProfile: ProfileBody;
  saveProfile: ProfileBody & { version: number };
}

type ParamsIn<Path extends string> = Path extends `${string}{${infer Key}}${infer Rest}`
  ? Record<Key, string> & ParamsIn<Rest>
  : unknown;
type PathOf<N extends AutopostCall> = ParamsIn<(typeof ROUTES)[N]['path']>;
type BodyOf<N extends AutopostCall> = N extends keyof Bodies ? Bodies[N] : unknown;
type DataOf<N extends AutopostCall> = N extends keyof Api
  ? Awaited<ReturnType<Api[N]>>
  : { jobId: string; credits: number };

/** What answers such a call. */
export type AutopostAnswer<N extends AutopostCall> = Answering<PathOf<N>, BodyOf<N>, DataOf<N>>;

/** Answers one of autopost's own routes, whose types both sides have to keep. */
export function onAutopost<N extends AutopostCall>(
  name: N,
  answering: AutopostAnswer<N>,
  options: HandleOptions<PathOf<N>> = {},
) {
  const { method, path } = ROUTES[name];
  return handle({ method, path: `/api/v1${path}` }, answering, options);
}

/** The codes that only autopost's routes know, with their status. */
const STATUSES = {
  image_address_refused: 422,
  network_refused: 422,
  post_invalid: 422,
  stale: 409,
} as const;

/** A refusal of autopost itself. */
export function refuse(
  error: keyof typeof STATUSES,
  message?: string,
  details: { problems: readonly Problem[] } | null = null,
) {
  return refusal(STATUSES[error], { error, message, details });
}
