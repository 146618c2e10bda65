import { useMessages } from '../messages/useMessages.js';

export interface RequestIdProps {
  /** Of the failed request; without one there is nothing to show. */
  id: string | null;
}

/** What support needs to find a failed request; one click selects it. */
export function RequestId({ id }: RequestIdProps) {
  const { requestId } = useMessages();
  if (id === null) return null;
  return (
    <span className="wxa-request-id" data-testid="request-id">
      {requestId(id)}
    </span>
  );
}
