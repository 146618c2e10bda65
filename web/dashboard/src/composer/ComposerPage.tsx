import { Button } from '@wix/design-system';
import { ApiError, EmptyState, Loaded, LoadingScreen } from '@wixapp/react';
import { useCallback, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { composeAddress, postAddress } from '../posts/address';
import { isEditable } from '../posts/state';
import type { NetworkItem, Post, Profile } from '../posts/types';
import { useNetworks, usePost, useProfiles } from '../posts/useAutopost';
import { PageHead } from '../shell/PageHead';
import { Panel } from '../shell/Panel';
import { Composer } from './Composer';

const SKELETON = [300, 220, 180, 160];

/** Writes a new post, or changes one that is not out yet. */
export default function ComposerPage() {
  const { composer: texts } = useAutopostMessages();
  const [params, setParams] = useSearchParams();
  const id = params.get('post');
  // The post that was stored from this very page goes on in the same fields.
  const [created, setCreated] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const query = useMaterial(id);
  const onCreated = useCallback(
    (post: Post) => {
      setCreated(post.id);
      setParams({ post: post.id }, { replace: true });
    },
    [setParams],
  );
  const title = id === null ? texts.newTitle : texts.editTitle;
  return (
    <div className="page">
      <PageHead title={title} subtitle={texts.subtitle} />
      {query.error instanceof ApiError && query.error.isNotFound ? (
        <Missing />
      ) : (
        <Loaded query={query} loading={<LoadingScreen cards={SKELETON} />}>
          {({ post, networks, profiles }) =>
            post !== null && !isEditable(post) && post.id !== created ? (
              <Gone post={post} />
            ) : (
              <Composer
                key={`${id === null || id === created ? 'new' : id} ${round}`}
                post={post}
                networks={networks}
                profiles={profiles}
                day={params.get('day')}
                onCreated={onCreated}
                onReload={() => {
                  setCreated(null);
                  void query.refetch().then(() => setRound((count) => count + 1));
                }}
              />
            )
          }
        </Loaded>
      )}
    </div>
  );
}

interface Material {
  post: Post | null;
  networks: readonly NetworkItem[];
  profiles: readonly Profile[];
}

/** All that the composer needs, as one query. */
function useMaterial(id: string | null) {
  const post = usePost(id);
  const networks = useNetworks();
  const profiles = useProfiles();
  const all = id === null ? [networks, profiles] : [networks, profiles, post];
  const isThere = networks.data && profiles.data && (id === null || post.data);
  const data: Material | undefined = isThere
    ? {
        post: id === null ? null : (post.data ?? null),
        networks: networks.data.networks,
        profiles: profiles.data.profiles,
      }
    : undefined;
  return {
    data,
    error: all.find(({ error }) => error !== null)?.error ?? null,
    refetch: async () => {
      await Promise.all(all.map(({ refetch }) => refetch()));
    },
  };
}

function Gone({ post }: { post: Post }) {
  const { composer: texts } = useAutopostMessages();
  return (
    <Panel title={texts.goneTitle}>
      <EmptyState title={texts.goneHead} text={texts.goneText}>
        <Button as={Link} to={postAddress(post.id)}>
          {texts.goneAction}
        </Button>
      </EmptyState>
    </Panel>
  );
}

function Missing() {
  const { post: texts, posts } = useAutopostMessages();
  return (
    <Panel title={texts.missingTitle}>
      <EmptyState title={texts.missingHead} text={texts.missingText}>
        <Button as={Link} to={composeAddress()}>
          {posts.create}
        </Button>
      </EmptyState>
    </Panel>
  );
}
