import { Button, Text } from '@wix/design-system';
import { ApiError, EmptyState, Loaded, LoadingScreen, useWixContext } from '@wixapp/react';
import { Link, useSearchParams } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { Moment } from '../posts/PostRow';
import { StateBadge } from '../posts/StateBadge';
import type { Post } from '../posts/types';
import { usePost, useProfiles } from '../posts/useAutopost';
import { PageHead } from '../shell/PageHead';
import { Panel } from '../shell/Panel';
import { PostActions } from './PostActions';
import { ResultsPanel } from './ResultsPanel';

/** One post: what it says, and what becomes of it on each network. */
export default function PostPage() {
  const { post: texts } = useAutopostMessages();
  const [params] = useSearchParams();
  const id = params.get('id');
  const query = usePost(id);
  const isMissing = id === null || (query.error instanceof ApiError && query.error.isNotFound);
  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle} />
      {isMissing ? (
        <Panel title={texts.missingTitle}>
          <EmptyState title={texts.missingHead} text={texts.missingText}>
            <Button as={Link} to="/posts">
              {texts.all}
            </Button>
          </EmptyState>
        </Panel>
      ) : (
        <Loaded query={query} loading={<LoadingScreen cards={[320, 320]} layout="grid" />}>
          {(post) => (
            <div className="page__grid post-page" data-testid="post-page" data-state={post.state}>
              <ResultsPanel post={post} />
              <Content post={post} />
            </div>
          )}
        </Loaded>
      )}
    </div>
  );
}

function Content({ post }: { post: Post }) {
  const { post: texts, posts } = useAutopostMessages();
  const { format } = useWixContext();
  const { data } = useProfiles();
  const profile = data?.profiles.find(({ id }) => id === post.profileId);
  return (
    <Panel title={texts.content} suffix={<StateBadge state={post.state} />}>
      <p className="post-page__text" dir="auto" data-testid="post-page-text">
        {post.text.trim() === '' ? posts.untitled : post.text}
      </p>
      {post.images.length > 0 && (
        <ul className="post-page__images">
          {post.images.map((image) => (
            <li key={image.id}>
              <img src={image.url} alt={image.alt} width={image.width} height={image.height} />
            </li>
          ))}
        </ul>
      )}
      <div className="post-page__facts">
        <Text size="small" secondary>
          <Moment post={post} />
        </Text>
        {profile !== undefined && (
          <Text size="small" secondary>
            {texts.profile(profile.name)}
          </Text>
        )}
        <Text size="small" secondary>
          {texts.begunAt(format.dateTime(post.createdAt))}
        </Text>
      </div>
      <PostActions post={post} />
    </Panel>
  );
}
