import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { ApiError } from '../api/error.js';
import { useWixContext } from '../context/WixContext.js';

/**
 * Redeems a promo code. An attempt whose answer got lost is repeated under the same idempotency key, also
 * when the owner tries again by hand: a code gives its credits once.
 */
export function usePromo() {
  const { client, refreshUserData } = useWixContext();
  const unanswered = useRef<{ code: string; key: string } | null>(null);
  return useMutation({
    mutationFn: (code: string) => {
      const isSame = unanswered.current?.code === code;
      const key = isSame && unanswered.current ? unanswered.current.key : crypto.randomUUID();
      unanswered.current = { code, key };
      return client.redeemPromo(code, key);
    },
    onSuccess: () => {
      unanswered.current = null;
      void refreshUserData();
    },
    onError: (error) => {
      if (!(error instanceof ApiError && error.isOffline)) unanswered.current = null;
    },
  });
}
