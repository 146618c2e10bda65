import { useMutation } from '@tanstack/react-query';
import { Button, Text } from '@wix/design-system';
import { ApiError, FailureNote, useFailure, useWixContext } from '@wixapp/react';
import { useRef } from 'react';
import { Link } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { Post } from '../posts/types';
import { useAutopost, useRememberPost } from '../posts/useAutopost';

/** Publishes once more where it failed, and nowhere else. */
export function RetryFailed({ post }: { post: Post }) {
  const { results: texts } = useAutopostMessages();
  const { hasCredits, refreshUserData } = useWixContext();
  const api = useAutopost();
  const remember = useRememberPost();
  const failure = useFailure();
  // An attempt that was not answered is repeated under its key, also by hand.
  const key = useRef<{ version: number; key: string } | null>(null);
  const retry = useMutation({
    mutationFn: () => {
      if (key.current?.version !== post.version) {
        key.current = { version: post.version, key: crypto.randomUUID() };
      }
      return api.retryPost(post.id, key.current.key);
    },
    onSuccess: (started) => {
      remember(started.post);
      void refreshUserData();
    },
  });
  const failed = post.results.filter(({ state }) => state === 'failed').length;
  if (failed === 0 || post.state === 'publishing') return null;
  const isPoor =
    !hasCredits(failed) || (retry.error instanceof ApiError && retry.error.isInsufficientCredits);
  return (
    <div className="results__retry">
      <Button
        onClick={() => retry.mutate()}
        disabled={retry.isPending || isPoor}
        aria-busy={retry.isPending}
        data-testid="post-retry"
      >
        {texts.retry(failed)}
      </Button>
      <div role="alert">
        {isPoor ? (
          <Text size="small" skin="error">
            {texts.poor}{' '}
            <Link className="link" to="/plans">
              {texts.poorAction}
            </Link>
          </Text>
        ) : (
          retry.error !== null && <FailureNote failure={failure(retry.error, texts.retryFailed)} />
        )}
      </div>
    </div>
  );
}
