import type { Credits } from '@wixapp/react';

/** What autopost's own routes take and give. Times are RFC 3339 text. */

export type Network = 'fake' | 'mastodon' | 'bluesky' | 'ayrshare';

export interface NetworkLimits {
  characters: number;
  /** How many images a post may have. */
  images: number;
  /** Size of the largest image. */
  imageBytes: number;
  imageTypes: readonly string[];
}

export interface NetworkField {
  name: string;
  label: string;
  kind: 'text' | 'url' | 'secret';
  hint: string;
}

export interface NetworkItem {
  network: Network;
  /** In English; pages have names of their own. */
  name: string;
  state: 'connected' | 'reconnect' | 'disconnected';
  account?: string | null;
  limits: NetworkLimits;
  /** What connecting asks for, in English. */
  fields: readonly NetworkField[];
}

export interface NetworkList {
  networks: readonly NetworkItem[];
}

export type PostState =
  | 'draft'
  | 'scheduled'
  | 'publishing'
  | 'published'
  | 'partly_published'
  | 'failed'
  | 'missed';

export interface PostImage {
  id: string;
  /** Signed for a while: an `<img>` sends no token. */
  url: string;
  alt: string;
  contentType: string;
  bytes: number;
  width: number;
  height: number;
}

export interface NetworkResult {
  network: Network;
  state: 'waiting' | 'publishing' | 'published' | 'failed';
  jobId?: string | null;
  percent?: number | null;
  url?: string | null;
  error?: { code: string; message: string } | null;
  at?: string | null;
}

/** The text of a post on one network, where it differs from the others. */
export type Versions = Partial<Record<Network, { text: string }>>;

export interface Post {
  id: string;
  /** Sent back with a change: a post that somebody else saved meanwhile is not overwritten. */
  version: number;
  state: PostState;
  text: string;
  networks: readonly Network[];
  versions: Versions;
  images: readonly PostImage[];
  profileId?: string | null;
  scheduledAt?: string | null;
  createdAt: string;
  updatedAt: string;
  publishedAt?: string | null;
  results: readonly NetworkResult[];
}

export interface PostPage {
  posts: readonly Post[];
  nextCursor?: string | null;
}

/** A post as it is written: the body of a new one, of a change, and of a check. */
export interface PostBody {
  text: string;
  networks: readonly Network[];
  versions?: Versions;
  images?: readonly { id: string; alt: string }[];
  profileId?: string | null;
  scheduledAt?: string | null;
}

export interface Problem {
  /** Missing where it concerns every network. */
  network?: Network | null;
  field: string;
  code: string;
  message: string;
}

export interface NetworkPreview {
  network: Network;
  text: string;
  /** Counted as the network counts. */
  length: number;
  limit: number;
  links: readonly string[];
  tags: readonly string[];
}

export interface Check {
  /** What publishing takes. */
  credits: number;
  problems: readonly Problem[];
  previews: readonly NetworkPreview[];
}

export interface Started {
  post: Post;
  jobs: readonly { network: Network; jobId: string }[];
  /** The balances after it. */
  credits: Credits;
}

export interface ProfileBody {
  name: string;
  description: string;
  audience: string;
  tone: string;
  industryTags: readonly string[];
  /** Put under the text of new posts. */
  hashtags: readonly string[];
  isDefault: boolean;
}

export interface Profile extends ProfileBody {
  id: string;
  version: number;
}

export interface ProfileList {
  profiles: readonly Profile[];
}
