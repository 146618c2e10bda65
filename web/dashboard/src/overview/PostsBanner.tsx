import { Text } from '@wix/design-system';
import { InfoIcon } from '@wixapp/react';
import { Link } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { postAddress } from '../posts/address';
import type { Post } from '../posts/types';

interface PostsBannerProps {
  posts: readonly Post[];
}

/** Says that posts did not go out as planned: their owner was somewhere else when their time came. */
export default function PostsBanner({ posts }: PostsBannerProps) {
  const { attention } = useAutopostMessages();
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
