import type { Network, Post, PostState } from './types';

export const STATES = [
  'draft',
  'scheduled',
  'publishing',
  'published',
  'partly_published',
  'failed',
  'missed',
] as const satisfies readonly PostState[];

export const NETWORKS = [
  'fake',
  'mastodon',
  'bluesky',
  'ayrshare',
] as const satisfies readonly Network[];

/** Nothing of it is out yet, and nothing is on its way. */
const EDITABLE: readonly PostState[] = ['draft', 'scheduled', 'failed', 'missed'];

export function isUnderWay(post: Post): boolean {
  return post.state === 'publishing';
}

export function isEditable(post: Post): boolean {
  return EDITABLE.includes(post.state);
}

/** The moment that matters of a post: when it comes, came, or was begun. */
export function momentOf(post: Post): string {
  return post.scheduledAt ?? post.publishedAt ?? post.createdAt;
}
