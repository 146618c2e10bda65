import { Text } from '@wix/design-system';
import { useWixContext } from '@wixapp/react';
import { Link } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { postAddress } from './address';
import { NetworkMark } from './NetworkMark';
import { StateBadge } from './StateBadge';
import type { Post } from './types';

/** One post in a list: how it begins, when, where to, and how it stands. */
export function PostRow({ post }: { post: Post }) {
  const { posts: texts } = useAutopostMessages();
  const image = post.images[0];
  return (
    <li className="post-row" data-testid="post-row" data-state={post.state} data-id={post.id}>
      <span className="post-row__image" aria-hidden="true">
        {image === undefined ? <Lines /> : <img src={image.url} alt="" width="48" height="48" />}
      </span>
      <span className="post-row__what">
        <Link
          className="post-row__text"
          to={postAddress(post.id)}
          dir="auto"
          // Two lines of it are shown.
          title={post.text.trim() || undefined}
        >
          {post.text.trim() === '' ? texts.untitled : post.text.trim()}
        </Link>
        <Text size="tiny" secondary>
          <Moment post={post} />
        </Text>
      </span>
      <span className="post-row__networks">
        {post.networks.map((network) => (
          <NetworkMark key={network} network={network} isNamed />
        ))}
      </span>
      <StateBadge state={post.state} />
    </li>
  );
}

/** Words alone, in the place of an image. */
function Lines() {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width="24"
      height="24"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
    >
      <path d="M5 8h14M5 12h14M5 16h8" />
    </svg>
  );
}

/** The moment that matters, in words: "Goes out on …", "Published on …". */
export function Moment({ post }: { post: Post }) {
  const { format } = useWixContext();
  const { posts: texts } = useAutopostMessages();
  if (post.state === 'draft') return <>{texts.changedAt(format.dateTime(post.updatedAt))}</>;
  if (post.state === 'missed' && post.scheduledAt) {
    return <>{texts.missedAt(format.dateTime(post.scheduledAt))}</>;
  }
  if (post.publishedAt) return <>{texts.publishedAt(format.dateTime(post.publishedAt))}</>;
  if (post.state === 'scheduled' && post.scheduledAt) {
    return <>{texts.goesOutAt(format.dateTime(post.scheduledAt))}</>;
  }
  return <>{texts.changedAt(format.dateTime(post.updatedAt))}</>;
}
