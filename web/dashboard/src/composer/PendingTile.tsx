import { Text } from '@wix/design-system';
import { ApiError, useFailureText } from '@wixapp/react';
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
  return (
    <li className="tile" data-testid="pending-image" data-failed={image.problem !== null}>
      <span className={`tile__place${image.problem === null ? ' wxa-bone' : ''}`} />
      <div className="tile__says">
        <Text size="small" weight="bold">
          <bdi>{image.name}</bdi>
        </Text>
        <span role={image.problem === null ? 'status' : 'alert'}>
          <Text
            size="small"
            {...(image.problem === null ? { secondary: true } : { skin: 'error' })}
          >
            {image.problem === null ? texts.uploading : say(image.problem)}
          </Text>
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

function useImageProblem(): (problem: NonNullable<PendingImage['problem']>) => string {
  const { imageProblems: texts } = useAutopostMessages();
  const failureText = useFailureText();
  const known: Record<string, string> = { ...texts, payload_too_large: texts.image_too_large };
  return (problem) => {
    if ('reason' in problem) {
      return problem.reason === 'large' ? texts.image_too_large : texts.image_type_refused;
    }
    const { error } = problem;
    const text = error instanceof ApiError ? known[error.code] : undefined;
    return text ?? failureText(error, texts.other);
  };
}
