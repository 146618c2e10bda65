import { type Answer, credits, fail, NOW, nothing, ok, raw } from '@wixapp/react/testing';
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
  Started,
} from '../posts/types';
import { checkOf, pageOf } from './answers';
import { aNetwork, anImage, aPost, aProfile } from './posts';
import { type AutopostAnswer, type AutopostCall, onAutopost, refuse } from './routes';

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

  #post(id: string): Post {
    const found = this.posts.find((post) => post.id === id);
    if (found === undefined) throw fail('not_found', 'There is no such post.');
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
      throw fail('invalid_request', 'There is no profile of this `profileId`.');
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
  #on<N extends AutopostCall>(name: N, answering: AutopostAnswer<N>) {
    return onAutopost(name, (asked) => {
      const { request, body } = asked;
      const { pathname } = new URL(request.url);
      const key = request.headers.get('idempotency-key');
      this.calls.push({ call: `${request.method} ${pathname.slice('/api/v1'.length)}`, body, key });
      try {
        return answering(asked);
      } catch (refused) {
        if (refused instanceof Response) return raw(refused);
        throw refused;
      }
    });
  }

  #postRoutes() {
    return [
      onAutopost('posts', ({ query }) => {
        this.searches.push(query.toString());
        return ok(pageOf(this.posts, query, this.pageSize));
      }),
      onAutopost('post', ({ params }) => {
        const found = this.posts.find(({ id }) => id === params.id);
        return found === undefined ? fail('not_found', 'There is no such post.') : ok(found);
      }),
      onAutopost('checkPost', ({ body }) => ok(checkOf(body, this))),
      this.#on('createPost', ({ body }) => {
        const id = `post_${this.#next++}`;
        return ok(this.#keep(aPost({ ...this.#written(body), id, version: 0 })), 201);
      }),
      this.#on('savePost', ({ params: { id }, body }) => {
        const { version, ...written } = body;
        const post = this.#post(id);
        if (version !== post.version) return refuse('stale', 'Saved by somebody else.');
        const scheduledAt = written.scheduledAt ?? null;
        // Only a post that is still scheduled keeps a time that has passed.
        const isKept = post.state === 'scheduled' && scheduledAt === post.scheduledAt;
        if (scheduledAt !== null && !isKept && !isAhead(scheduledAt)) {
          return fail('invalid_request', '`scheduledAt` is in the past.');
        }
        const state = scheduledAt === null ? 'draft' : 'scheduled';
        const content = this.#written(written);
        return ok(this.#keep({ ...post, ...content, state, scheduledAt, results: [] }));
      }),
      this.#on('deletePost', ({ params: { id } }) => {
        this.posts = this.posts.filter((post) => post.id !== id);
        return nothing();
      }),
    ];
  }

  #actions() {
    const start = (id: string, which: (network: Network) => boolean): Answer<Started> => {
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
      return ok({ post: started, jobs, credits: credits(100, 9) }, 202);
    };
    const failed = (id: string) => (network: Network) =>
      this.#post(id).results.some((each) => each.network === network && each.state === 'failed');
    return [
      this.#on('publishPost', ({ params: { id } }) => start(id, () => true)),
      this.#on('retryPost', ({ params: { id } }) => start(id, failed(id))),
      this.#on('schedulePost', ({ params: { id }, body }) => {
        const { scheduledAt } = body;
        return ok(this.#keep({ ...this.#post(id), state: 'scheduled', scheduledAt }));
      }),
      this.#on('unschedulePost', ({ params: { id } }) =>
        ok(this.#keep({ ...this.#post(id), state: 'draft', scheduledAt: null })),
      ),
      this.#on('duplicatePost', ({ params: { id } }) => {
        const copy = { ...this.#post(id), id: `post_${this.#next++}`, results: [] };
        return ok(
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
    ];
  }

  #others() {
    const image = (contentType: string): Answer<PostImage> => {
      const added = anImage({ id: `img_${this.#next++}`, contentType });
      this.uploaded.set(added.id, added);
      return ok(added, 201);
    };
    const profile = (id: string, version: number, body: ProfileBody): Answer<Profile> => {
      const saved: Profile = { ...body, id, version };
      const others = this.profiles
        .filter((each) => each.id !== id)
        .map((each) => (saved.isDefault ? { ...each, isDefault: false } : each));
      this.profiles = [...others, aProfile(saved)];
      return ok(saved, version === 1 ? 201 : 200);
    };
    return [
      this.#on('uploadImage', () => image('image/png')),
      this.#on('fetchImage', () => image('image/jpeg')),
      onAutopost('networks', () => ok({ networks: this.networks })),
      this.#on('connect', ({ params: { network } }) => {
        const connected = aNetwork(network as Network);
        this.networks = this.networks.map((item) => (item.network === network ? connected : item));
        return ok(connected);
      }),
      this.#on('disconnect', ({ params: { network } }) => {
        this.networks = this.networks.map((item) =>
          item.network === network ? { ...item, state: 'disconnected', account: null } : item,
        );
        return nothing();
      }),
      onAutopost('profiles', () => ok({ profiles: this.profiles })),
      this.#on('createProfile', ({ body }) => profile(`profile_${this.#next++}`, 1, body)),
      this.#on('saveProfile', ({ params: { id }, body }) => {
        const { version, ...saved } = body;
        const known = this.profiles.find((each) => each.id === id);
        if (known?.version !== version) return refuse('stale', 'Saved by somebody else.');
        return profile(id, version + 1, saved);
      }),
      this.#on('deleteProfile', ({ params: { id } }) => {
        this.profiles = this.profiles.filter((each) => each.id !== id);
        return nothing();
      }),
    ];
  }
}
