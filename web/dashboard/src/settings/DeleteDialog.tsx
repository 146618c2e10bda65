import { Text } from '@wix/design-system';
import { useBiller, useDataDeletion, useToast } from '@wixapp/react';
import { useState } from 'react';
import { useAppMessages } from '../messages/useAppMessages';
import { ConfirmDialog } from '../shell/ConfirmDialog';
import { useHasPosts } from '../shell/useHasPosts';

interface DeleteDialogProps {
  isOpen: boolean;
  onClose(): void;
}

/** Says what a deletion takes, what it leaves, and what else it does, before anything happens. */
export function DeleteDialog({ isOpen, onClose }: DeleteDialogProps) {
  const { settings } = useAppMessages();
  const { data: texts } = settings;
  const hasPosts = useHasPosts();
  const biller = useBiller();
  const [isUnderstood, setUnderstood] = useState(false);
  const { show } = useToast();
  const { mutateAsync, reset, isPending, error } = useDataDeletion();
  const close = () => {
    setUnderstood(false);
    onClose();
  };
  const remove = async () => {
    await mutateAsync();
    show(texts.deletedToast, 'success');
  };
  return (
    <ConfirmDialog
      name="delete"
      subject={isOpen ? 'data' : null}
      ask={() => ({
        title: texts.deleteQuestion,
        keep: texts.keep,
        confirm: texts.deleteNow,
        pending: texts.deleting,
        failed: texts.deleteFailed,
      })}
      action={{ mutateAsync: remove, reset, isPending, error }}
      isReady={isUnderstood}
      onClose={close}
    >
      <Points
        title={texts.deleteWhat}
        points={[hasPosts ? texts.deletedPosts : texts.deletedOther, ...texts.deleted]}
      />
      <Points title={texts.deleteAlso} points={texts.happens} />
      <Text size="small">
        {texts.stays} {texts.removal[biller]}
      </Text>
      <label className="check">
        <input
          type="checkbox"
          checked={isUnderstood}
          onChange={(event) => setUnderstood(event.target.checked)}
          data-testid="delete-understood"
        />
        <Text size="small">{texts.understood}</Text>
      </label>
    </ConfirmDialog>
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
