import { Button, Text } from '@wix/design-system';
import { Dialog, useDataDeletion, useFailureText, useToast } from '@wixapp/react';
import { useState } from 'react';
import { useAppMessages } from '../messages/useAppMessages';

interface DeleteDialogProps {
  isOpen: boolean;
  onClose(): void;
}

/** Says what a deletion takes, what it leaves, and what else it does, before anything happens. */
export function DeleteDialog({ isOpen, onClose }: DeleteDialogProps) {
  const { settings } = useAppMessages();
  const { data: texts } = settings;
  const [isUnderstood, setUnderstood] = useState(false);
  const { show } = useToast();
  const failureText = useFailureText();
  const deletion = useDataDeletion();
  const close = () => {
    setUnderstood(false);
    deletion.reset();
    onClose();
  };
  const run = () =>
    deletion.mutate(undefined, {
      onSuccess: () => {
        show(texts.deletedToast, 'success');
        close();
      },
    });
  const footer = (
    <>
      <Button priority="secondary" onClick={close}>
        {texts.keep}
      </Button>
      <Button
        skin="destructive"
        disabled={!isUnderstood || deletion.isPending}
        aria-busy={deletion.isPending}
        onClick={run}
        data-testid="delete-now"
      >
        {deletion.isPending ? texts.deleting : texts.deleteNow}
      </Button>
    </>
  );
  return (
    <Dialog
      isOpen={isOpen}
      title={texts.deleteQuestion}
      onClose={close}
      footer={footer}
      testId="delete-dialog"
    >
      <Points title={texts.deleteWhat} points={texts.deleted} />
      <Points title={texts.deleteAlso} points={texts.happens} />
      <Text size="small">{texts.stays}</Text>
      <label className="check">
        <input
          type="checkbox"
          checked={isUnderstood}
          onChange={(event) => setUnderstood(event.target.checked)}
          data-testid="delete-understood"
        />
        <Text size="small">{texts.understood}</Text>
      </label>
      <div role="alert" data-testid="delete-problem">
        {deletion.error !== null && (
          <Text size="small" skin="error">
            {failureText(deletion.error, texts.deleteFailed)}
          </Text>
        )}
      </div>
    </Dialog>
  );
}

function Points({ title, points }: { title: string; points: readonly string[] }) {
  return (
    <div>
      <Text size="small" weight="bold">
        {title}
      </Text>
      <ul className="settings__points">
        {points.map((point) => (
          <li key={point}>
            <Text size="small">{point}</Text>
          </li>
        ))}
      </ul>
    </div>
  );
}
