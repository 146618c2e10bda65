import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Text } from '@wix/design-system';
import { Dialog, useFailureText, useToast } from '@wixapp/react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { Profile } from '../posts/types';
import { keys, useAutopost } from '../posts/useAutopost';

interface DeleteProfileProps {
  profile: Profile | null;
  onClose(): void;
}

/** Posts keep what a profile once put into them; that is said before it goes. */
export function DeleteProfile({ profile, onClose }: DeleteProfileProps) {
  const { profiles: texts } = useAutopostMessages();
  const api = useAutopost();
  const cache = useQueryClient();
  const failureText = useFailureText();
  const { show } = useToast();
  const deletion = useMutation({
    mutationFn: ({ id }: Profile) => api.deleteProfile(id),
    onSuccess: () => {
      show(texts.deleted, 'success');
      void cache.invalidateQueries({ queryKey: keys.profiles });
      close();
    },
  });
  const close = () => {
    deletion.reset();
    onClose();
  };
  return (
    <Dialog
      isOpen={profile !== null}
      title={profile === null ? '' : texts.deleteTitle(profile.name)}
      onClose={close}
      testId="profile-delete-dialog"
      footer={
        <>
          <Button priority="secondary" onClick={close}>
            {texts.keep}
          </Button>
          <Button
            skin="destructive"
            disabled={deletion.isPending}
            onClick={() => profile !== null && deletion.mutate(profile)}
            data-testid="profile-delete-now"
          >
            {texts.delete}
          </Button>
        </>
      }
    >
      <Text size="small">{texts.deleteText}</Text>
      <div role="alert">
        {deletion.error !== null && (
          <Text size="small" skin="error">
            {failureText(deletion.error, texts.failed)}
          </Text>
        )}
      </div>
    </Dialog>
  );
}
