import { useMutation } from '@tanstack/react-query';
import { ApiError, useBiEvent, useWixContext } from '@wixapp/react';
import { useRef } from 'react';

export interface Post {
  text: string;
  simulate?: 'fail';
}

/**
 * Starts the publish job. An attempt whose answer got lost is repeated under the same idempotency key,
 * also when the owner presses the button again: it can not take a second credit.
 */
export function usePublish(onStarted: (jobId: string) => void) {
  const { client, refreshUserData } = useWixContext();
  const reportPublished = useBiEvent('PRIMARY_ACTION_PERFORMED');
  const unanswered = useRef<{ body: string; key: string } | null>(null);

  return useMutation({
    mutationFn: (post: Post) => {
      const body = JSON.stringify(post);
      const key = unanswered.current?.body === body ? unanswered.current.key : crypto.randomUUID();
      unanswered.current = { body, key };
      return client.call<{ jobId: string }>('/api/v1/posts/publish', {
        method: 'POST',
        body: post,
        idempotencyKey: key,
      });
    },
    onSuccess: ({ jobId }) => {
      unanswered.current = null;
      void reportPublished();
      onStarted(jobId);
      void refreshUserData();
    },
    onError: (error) => {
      if (!(error instanceof ApiError && error.isOffline)) unanswered.current = null;
    },
  });
}
