import { ApiError } from '../api/error.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from './useMessages.js';

/**
 * A failed action in one sentence: ours where the case is known, else the server's where it is written in the page's
 * language (it writes English), else `otherwise`.
 */
export function useFailureText(): (error: unknown, otherwise: string) => string {
  const { errors } = useMessages();
  const { locale } = useWixContext().instanceData;
  return (error, otherwise) => {
    if (!(error instanceof ApiError)) return otherwise;
    if (error.isOffline) return errors.unreachable;
    if (error.isSessionOver) return errors.sessionUnsaved;
    if (error.isForbidden) return errors.ownerOnly;
    if (error.code === 'rate_limited') return errors.rateLimited;
    const isForPeople = error.status >= 400 && error.status < 500 && locale.startsWith('en');
    return isForPeople ? error.message : otherwise;
  };
}
