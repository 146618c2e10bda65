import { Button, Text } from '@wix/design-system';
import { EmptyState, Loaded, LoadingScreen } from '@wixapp/react';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { PageHead } from '../shell/PageHead';
import { Panel } from '../shell/Panel';
import { composeAddress } from './address';
import { PostFilters, type PostQuery } from './PostFilters';
import { PostRow } from './PostRow';
import { NETWORKS, STATES } from './state';
import { usePostPages } from './useAutopost';

/** All posts, newest first; what is looked for is in the address. */
export default function PostsPage() {
  const { posts: texts } = useAutopostMessages();
  const [params, setParams] = useSearchParams();
  const query = useMemo(() => readQuery(params), [params]);
  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle}>
        <Button as={Link} to={composeAddress()} data-testid="post-new">
          {texts.create}
        </Button>
      </PageHead>
      <PostFilters
        query={query}
        onChange={(changed) => setParams({ ...changed }, { replace: true })}
      />
      <PostList query={query} onClear={() => setParams({}, { replace: true })} />
    </div>
  );
}

function readQuery(params: URLSearchParams): PostQuery {
  const state = STATES.find((each) => each === params.get('state'));
  const network = NETWORKS.find((each) => each === params.get('network'));
  const q = params.get('q') ?? '';
  return {
    ...(state === undefined ? {} : { state }),
    ...(network === undefined ? {} : { network }),
    ...(q === '' ? {} : { q }),
  };
}

function PostList({ query: filter, onClear }: { query: PostQuery; onClear(): void }) {
  const { posts: texts } = useAutopostMessages();
  const query = usePostPages(filter);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Loaded query={query} loading={<LoadingScreen cards={[420]} />}>
      {({ pages }) => {
        const posts = pages.flatMap((page) => page.posts);
        return (
          <Panel title={isFiltered ? texts.found : texts.all}>
            {posts.length === 0 ? (
              <NoPosts isFiltered={isFiltered} onClear={onClear} />
            ) : (
              <>
                <ul className="post-list" data-testid="post-list">
                  {posts.map((post) => (
                    <PostRow key={post.id} post={post} />
                  ))}
                </ul>
                <More query={query} />
              </>
            )}
          </Panel>
        );
      }}
    </Loaded>
  );
}

function NoPosts({ isFiltered, onClear }: { isFiltered: boolean; onClear(): void }) {
  const { posts: texts } = useAutopostMessages();
  return isFiltered ? (
    <EmptyState title={texts.noMatchTitle} text={texts.noMatchText}>
      <Button size="small" priority="secondary" onClick={onClear} data-testid="posts-clear">
        {texts.clear}
      </Button>
    </EmptyState>
  ) : (
    <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
      <Button as={Link} to={composeAddress()} data-testid="post-first">
        {texts.first}
      </Button>
    </EmptyState>
  );
}

function More({ query }: { query: ReturnType<typeof usePostPages> }) {
  const { posts: texts } = useAutopostMessages();
  return (
    <div className="jobs__more">
      {query.hasNextPage ? (
        <Button
          priority="secondary"
          size="small"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
          data-testid="posts-more"
        >
          {query.isFetchingNextPage ? texts.loadingMore : texts.more}
        </Button>
      ) : (
        <Text size="small" secondary>
          {texts.end}
        </Text>
      )}
    </div>
  );
}
