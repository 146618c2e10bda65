import type { Failure } from '../messages/useFailure.js';
import { RequestId } from './RequestId.js';

export interface FailureNoteProps {
  /** What failed, of `useFailure`. */
  failure: Failure;
}

/** Why an action failed, at the place where it was asked for. */
export function FailureNote({ failure: { text, requestId } }: FailureNoteProps) {
  return (
    <>
      <span className="wxa-failure">{text}</span>
      <RequestId id={requestId} />
    </>
  );
}
