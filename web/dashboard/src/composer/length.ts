import type { Network } from '../posts/types';

const LINK = /https?:\/\/\S+/giu;
/** Mastodon counts every link alike. */
const MASTODON_LINK = 'x'.repeat(23);
const MASTODON_REMOTE_NAME = /(@\w+)@[\w.-]+\w/gu;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Signs as people see them. */
function signs(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}

/**
 * How long a text is as the network counts, while it is typed. The server's own count takes its place when it has
 * arrived: what is refused is decided there.
 */
export function lengthOn(network: Network, text: string): number {
  const trimmed = text.trim();
  if (network !== 'mastodon') return signs(trimmed);
  return signs(
    trimmed.replace(LINK, MASTODON_LINK).replace(MASTODON_REMOTE_NAME, (_, name) => name),
  );
}
