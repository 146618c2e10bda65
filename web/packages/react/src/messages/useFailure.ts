import { ApiError } from '../api/error.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from './useMessages.js';

/** A failed action as a person reads of it. */
export interface Failure {
  text: string;
  /** For support; only where the text cannot tell what happened, and an answer came. */
  requestId: string | null;
}

/**
 * A failed action in one sentence: ours where the case is known, else the server's where it is written in the page's
 * language (it writes English), else `otherwise`. Whoever reads no more than `otherwise` is given the request id.
 */
export function useFailure(): (error: unknown, otherwise: string) => Failure {
  const { errors } = useMessages();
  const { locale } = useWixContext().instanceData;
  return (error, otherwise) => {
    if (!(error instanceof ApiError)) return knownFailure(otherwise);
    if (error.isOffline) return knownFailure(errors.unreachable);
    if (error.isSessionOver) return knownFailure(errors.sessionUnsaved);
    if (error.isForbidden) return knownFailure(errors.ownerOnly);
    if (error.code === 'rate_limited') return knownFailure(errors.rateLimited);
    const ours = errors.refusals[error.code];
    if (ours !== undefined) return knownFailure(ours);
    const isOfRequest = error.status >= 400 && error.status < 500 && error.code !== 'bad_response';
    if (isOfRequest && locale.startsWith('en')) return knownFailure(error.message);
    return { text: otherwise, requestId: error.requestId ?? null };
  };
}

/** What its text alone tells enough about. */
export function knownFailure(text: string): Failure {
  return { text, requestId: null };
}

/** The text of a failed action alone, for a place that has no room for more. */
export function useFailureText(): (error: unknown, otherwise: string) => string {
  const failure = useFailure();
  return (error, otherwise) => failure(error, otherwise).text;
}
