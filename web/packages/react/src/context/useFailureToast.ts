import { useFailure } from '../messages/useFailure.js';
import { useToast } from './ToastProvider.js';

/** Says in a toast that an action failed: why where that is known, else `otherwise` with the request id. */
export function useFailureToast(): (error: unknown, otherwise: string) => void {
  const failure = useFailure();
  const { show } = useToast();
  return (error, otherwise) => {
    const { text, requestId } = failure(error, otherwise);
    show(text, 'error', requestId);
  };
}
