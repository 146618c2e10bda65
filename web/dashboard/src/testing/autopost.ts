import { credits, fail, NOW, ok } from '@wixapp/react/testing';
import { HttpResponse, http, type JsonBodyType } from 'msw';
import type {
  Network,
  NetworkItem,
  NetworkResult,
  Post,
  PostBody,
  PostImage,
  Problem,
  Profile,
  ProfileBody,
} from '../posts/types';
import { checkOf, pageOf } from './answers';
import { aNetwork, anImage, aPost, aProfile } from './posts';

const at = (path: string) => `*/api/v1${path}`;
const json = (data: unknown, status = 200) => ok(data as JsonBodyType, status);
const nothing = () => new HttpResponse(null, { status: 204 });
const isAhead = (time: string) => Date.parse(time) > Date.parse(NOW);

/** Autopost's server in memory: it stores what pages send, and keeps a record of it. */
export class AutopostServer {
  posts: Post[] = [];
  profiles: Profile[] = [];
  networks: NetworkItem[] = [];
  /** What the next checks find wrong. */
  problems: Problem[] = [];
  /** Calls that changed something: method, path and body. */
  readonly calls: { call: string; body: unknown; key: string | null }[] = [];
  /** The queries that lists were asked with. */
  readonly searches: string[] = [];
  pageSize = 20;
  #next = 1;

  reset(): void {
    this.posts = [];
    this.profiles = [];
    this.networks = [
      aNetwork('fake'),
      aNetwork('mastodon'),
      aNetwork('bluesky', { state: 'disconnected', account: null }),
      aNetwork('ayrshare', { state: 'disconnected', account: null }),
    ];
    this.problems = [];
    this.calls.length = 0;
    this.searches.length = 0;
    this.pageSize = 20;
    this.#next = 1;
  }

  /** Ends the publishing of a post as its networks did. */
  finish(id: string, ended: Partial<Record<Network, Partial<NetworkResult>>>): Post {
    const results = this.#post(id).results.map((result) => ({
      ...result,
      ...ended[result.network],
      at: NOW,
    }));
    const done = results.filter(({ state }) => state === 'published').length;
    const state = done === results.length ? 'published' : done > 0 ? 'partly_published' : 'failed';
    return this.#keep({ ...this.#post(id), results, state, publishedAt: done > 0 ? NOW : null });
  }

  called(call: string): { body: unknown; key: string | null }[] {
    return this.calls.filter((each) => each.call === call).map(({ body, key }) => ({ body, key }));
  }

  handlers() {
    return [...this.#postRoutes(), ...this.#actions(), ...this.#others()];
  }

  #post(id: unknown): Post {
    const found = this.posts.find((post) => post.id === id);
    if (found === undefined) throw fail(404, 'not_found', 'There is no such post.');
    return found;
  }

  #keep(post: Post): Post {
    const others = this.posts.filter(({ id }) => id !== post.id);
    this.posts = [{ ...post, version: post.version + 1 }, ...others];
    return this.#post(post.id);
  }

  #written({ images = [], versions = {}, ...body }: PostBody): Partial<Post> {
    const { profileId } = body;
    if (profileId && !this.profiles.some(({ id }) => id === profileId)) {
      throw fail(422, 'invalid_request', 'There is no profile of this `profileId`.');
    }
    const known = this.posts.flatMap((post) => post.images);
    return {
      ...body,
      versions,
      images: images.map(({ id, alt }) => ({
        ...(known.find((image) => image.id === id) ?? this.uploaded.get(id) ?? anImage({ id })),
        alt,
      })),
    };
  }

  readonly uploaded = new Map<string, PostImage>();

  /** Notes a call, and turns what is thrown into its answer. */
  #on(call: (params: Record<string, unknown>, body: unknown) => Response) {
    return async ({ request, params }: { request: Request; params: Record<string, unknown> }) => {
      const { pathname } = new URL(request.url);
      const text = await request.text();
      const isJson = request.headers.get('content-type') === 'application/json';
      const body: unknown = isJson ? JSON.parse(text) : text;
      const key = request.headers.get('idempotency-key');
      this.calls.push({ call: `${request.method} ${pathname.slice('/api/v1'.length)}`, body, key });
      try {
        return call(params, body);
      } catch (refusal) {
        if (refusal instanceof Response) return refusal;
        throw refusal;
      }
    };
  }

  #postRoutes() {
    return [
      http.get(at('/posts'), ({ request }) => {
        const params = new URL(request.url).searchParams;
        this.searches.push(params.toString());
        return json(pageOf(this.posts, params, this.pageSize));
      }),
      http.get(at('/posts/:id'), ({ params }) => {
        const found = this.posts.find(({ id }) => id === params.id);
        return found === undefined ? fail(404, 'not_found', 'There is no such post.') : json(found);
      }),
      http.post(at('/posts/check'), async ({ request }) =>
        json(checkOf((await request.json()) as PostBody, this)),
      ),
      http.post(
        at('/posts'),
        this.#on((_, body) => {
          const id = `post_${this.#next++}`;
          return json(
            this.#keep(aPost({ ...this.#written(body as PostBody), id, version: 0 })),
            201,
          );
        }),
      ),
      http.put(
        at('/posts/:id'),
        this.#on(({ id }, body) => {
          const { version, ...written } = body as PostBody & { version: number };
          const post = this.#post(id);
          if (version !== post.version) return fail(409, 'stale', 'Saved by somebody else.');
          const scheduledAt = written.scheduledAt ?? null;
          // Only a post that is still scheduled keeps a time that has passed.
          const isKept = post.state === 'scheduled' && scheduledAt === post.scheduledAt;
          if (scheduledAt !== null && !isKept && !isAhead(scheduledAt)) {
            return fail(422, 'invalid_request', '`scheduledAt` is in the past.');
          }
          const state = scheduledAt === null ? 'draft' : 'scheduled';
          const content = this.#written(written);
          return json(this.#keep({ ...post, ...content, state, scheduledAt, results: [] }));
        }),
      ),
      http.delete(
        at('/posts/:id'),
        this.#on(({ id }) => {
          this.posts = this.posts.filter((post) => post.id !== id);
          return nothing();
        }),
      ),
    ];
  }

  #actions() {
    const start = (id: unknown, which: (network: Network) => boolean) => {
      const post = this.#post(id);
      const jobs = post.networks.filter(which).map((network) => ({
        network,
        jobId: `job_${network}_${post.version}`,
      }));
      const results = post.networks.map((network): NetworkResult => {
        const job = jobs.find((each) => each.network === network);
        const known = post.results.find((each) => each.network === network);
        return job === undefined && known !== undefined
          ? known
          : { network, state: 'waiting', jobId: job?.jobId ?? null };
      });
      // A time that came stays with the post; one that lies ahead will not start it any more.
      const passed = post.scheduledAt && !isAhead(post.scheduledAt) ? post.scheduledAt : null;
      const started = this.#keep({ ...post, results, state: 'publishing', scheduledAt: passed });
      return json({ post: started, jobs, credits: credits(100, 9) }, 202);
    };
    const failed = (id: unknown) => (network: Network) =>
      this.#post(id).results.some((each) => each.network === network && each.state === 'failed');
    return [
      http.post(
        at('/posts/:id/publish'),
        this.#on(({ id }) => start(id, () => true)),
      ),
      http.post(
        at('/posts/:id/retry'),
        this.#on(({ id }) => start(id, failed(id))),
      ),
      http.post(
        at('/posts/:id/schedule'),
        this.#on(({ id }, body) => {
          const { scheduledAt } = body as { scheduledAt: string };
          return json(this.#keep({ ...this.#post(id), state: 'scheduled', scheduledAt }));
        }),
      ),
      http.post(
        at('/posts/:id/unschedule'),
        this.#on(({ id }) =>
          json(this.#keep({ ...this.#post(id), state: 'draft', scheduledAt: null })),
        ),
      ),
      http.post(
        at('/posts/:id/duplicate'),
        this.#on(({ id }) => {
          const copy = { ...this.#post(id), id: `post_${this.#next++}`, results: [] };
          return json(
            this.#keep({
              ...copy,
              version: 0,
              state: 'draft',
              scheduledAt: null,
              publishedAt: null,
            }),
            201,
          );
        }),
      ),
    ];
  }

  #others() {
    const image = (contentType: string) => {
      const added = anImage({ id: `img_${this.#next++}`, contentType });
      this.uploaded.set(added.id, added);
      return json(added, 201);
    };
    const profile = (id: string, version: number, body: unknown) => {
      const saved: Profile = { ...(body as ProfileBody), id, version };
      const others = this.profiles
        .filter((each) => each.id !== id)
        .map((each) => (saved.isDefault ? { ...each, isDefault: false } : each));
      this.profiles = [...others, aProfile(saved)];
      return json(saved, version === 1 ? 201 : 200);
    };
    return [
      http.post(
        at('/images'),
        this.#on(() => image('image/png')),
      ),
      http.post(
        at('/images/from-url'),
        this.#on(() => image('image/jpeg')),
      ),
      http.get(at('/networks'), () => json({ networks: this.networks })),
      http.put(
        at('/networks/:network'),
        this.#on(({ network }) => {
          const connected = aNetwork(network as Network);
          this.networks = this.networks.map((item) =>
            item.network === network ? connected : item,
          );
          return json(connected);
        }),
      ),
      http.delete(
        at('/networks/:network'),
        this.#on(({ network }) => {
          this.networks = this.networks.map((item) =>
            item.network === network ? { ...item, state: 'disconnected', account: null } : item,
          );
          return nothing();
        }),
      ),
      http.get(at('/profiles'), () => json({ profiles: this.profiles })),
      http.post(
        at('/profiles'),
        this.#on((_, body) => profile(`profile_${this.#next++}`, 1, body)),
      ),
      http.put(
        at('/profiles/:id'),
        this.#on(({ id }, body) => {
          const { version, ...saved } = body as ProfileBody & { version: number };
          const known = this.profiles.find((each) => each.id === id);
          if (known?.version !== version) return fail(409, 'stale', 'Saved by somebody else.');
          return profile(String(id), version + 1, saved);
        }),
      ),
      http.delete(
        at('/profiles/:id'),
        this.#on(({ id }) => {
          this.profiles = this.profiles.filter((each) => each.id !== id);
          return nothing();
        }),
      ),
    ];
  }
}
