import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useToast } from '@wixapp/react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { Profile } from '../posts/types';
import { keys, useAutopost } from '../posts/useAutopost';
import { ConfirmDialog } from '../shell/ConfirmDialog';

interface DeleteProfileProps {
  profile: Profile | null;
  onClose(): void;
}

/** Posts keep what a profile once put into them; that is said before it goes. */
export function DeleteProfile({ profile, onClose }: DeleteProfileProps) {
  const { profiles: texts } = useAutopostMessages();
  const api = useAutopost();
  const cache = useQueryClient();
  const { show } = useToast();
  const deletion = useMutation({
    mutationFn: ({ id }: Profile) => api.deleteProfile(id),
    onSuccess: async () => {
      show(texts.deleted, 'success');
      await cache.invalidateQueries({ queryKey: keys.profiles });
    },
  });
  return (
    <ConfirmDialog
      name="profile-delete"
      subject={profile}
      ask={({ name }) => ({
        title: texts.deleteTitle(name),
        text: texts.deleteText,
        keep: texts.keep,
        confirm: texts.delete,
        pending: texts.deleting,
        failed: texts.failed,
      })}
      action={deletion}
      onClose={onClose}
    />
  );
}
