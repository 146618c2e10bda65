import { useQuery } from '@tanstack/react-query';
import { Text } from '@wix/design-system';
import { InfoIcon, useWixContext } from '@wixapp/react';
import { Link } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { postAddress } from '../posts/address';
import { momentOf } from '../posts/state';
import type { Post, PostPage, PostState } from '../posts/types';
import { keys, useAutopost } from '../posts/useAutopost';

const NOT_OUT: readonly PostState[] = ['missed', 'failed', 'partly_published'];
/** How long it is said that a post did not go out. */
const DAYS_MS = 7 * 86_400_000;

/** Says that posts did not go out as planned: their owner was somewhere else when their time came. */
export default function PostsBanner() {
  const { userData } = useWixContext();
  const { attention } = useAutopostMessages();
  const api = useAutopost();
  const { data } = useQuery<PostPage>({
    queryKey: [...keys.posts, 'newest'],
    queryFn: ({ signal }) => api.posts({}, signal),
  });
  const now = Date.parse(userData?.now ?? '') || Date.now();
  const isRecent = (post: Post) => now - Date.parse(momentOf(post)) < DAYS_MS;
  const posts = data?.posts.filter((post) => NOT_OUT.includes(post.state) && isRecent(post)) ?? [];
  const [first] = posts;
  if (first === undefined) return null;
  return (
    <section className="wxa-banner" data-testid="posts-banner" aria-label={attention.label}>
      <InfoIcon />
      <div className="wxa-banner__text">
        <Text>{attention.text(posts.length)}</Text>
      </div>
      <Link className="link" to={posts.length === 1 ? postAddress(first.id) : '/posts'}>
        {attention.open(posts.length)}
      </Link>
    </section>
  );
}
