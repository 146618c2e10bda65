import { Text } from '@wix/design-system';
import { ApiError, type Failure, knownFailure, RequestId, useFailure } from '@wixapp/react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { PendingImage } from './useImages';

interface PendingTileProps {
  image: PendingImage;
  onDismiss(): void;
}

/** An image on its way, or why it did not arrive. */
export function PendingTile({ image, onDismiss }: PendingTileProps) {
  const { composer: texts } = useAutopostMessages();
  const say = useImageProblem();
  const problem = image.problem === null ? null : say(image.problem);
  return (
    <li className="tile" data-testid="pending-image" data-failed={image.problem !== null}>
      {image.problem === null ? (
        <span className="tile__place wxa-bone" aria-hidden="true" />
      ) : (
        <span className="tile__place tile__place--none">
          <NoImage />
        </span>
      )}
      <div className="tile__says">
        <Text size="small" weight="bold">
          <bdi>{image.name}</bdi>
        </Text>
        <span role={image.problem === null ? 'status' : 'alert'}>
          <Text
            size="small"
            {...(image.problem === null ? { secondary: true } : { skin: 'error' })}
          >
            {problem === null ? texts.uploading : problem.text}
          </Text>
          <RequestId id={problem?.requestId ?? null} />
        </span>
        {image.problem !== null && (
          <button type="button" className="wxa-link-button tile__remove" onClick={onDismiss}>
            {texts.dismissImage}
          </button>
        )}
      </div>
    </li>
  );
}

/** A picture that is crossed out. */
function NoImage() {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width="32"
      height="32"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d="M8 5h11v11M16.5 19H5V7.5M5 16l4-4 4.5 4.5M4 4l16 16" />
    </svg>
  );
}

function useImageProblem(): (problem: NonNullable<PendingImage['problem']>) => Failure {
  const { imageProblems: texts } = useAutopostMessages();
  const failure = useFailure();
  const own: Record<string, string> = { ...texts, payload_too_large: texts.image_too_large };
  return (problem) => {
    if ('reason' in problem) {
      return knownFailure(
        problem.reason === 'large' ? texts.image_too_large : texts.image_type_refused,
      );
    }
    const { error } = problem;
    const text = error instanceof ApiError ? own[error.code] : undefined;
    return text === undefined ? failure(error, texts.other) : knownFailure(text);
  };
}
