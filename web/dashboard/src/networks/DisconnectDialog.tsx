import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useToast } from '@wixapp/react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { NetworkItem } from '../posts/types';
import { keys, useAutopost } from '../posts/useAutopost';
import { ConfirmDialog } from '../shell/ConfirmDialog';

interface DisconnectDialogProps {
  item: NetworkItem | null;
  onClose(): void;
}

/** Says what taking an account off does, before it is done. */
export function DisconnectDialog({ item, onClose }: DisconnectDialogProps) {
  const { networks: texts, networkNames } = useAutopostMessages();
  const api = useAutopost();
  const cache = useQueryClient();
  const { show } = useToast();
  const disconnect = useMutation({
    mutationFn: ({ network }: NetworkItem) => api.disconnect(network),
    onSuccess: async (_, { network }) => {
      show(texts.disconnected(networkNames[network]), 'success');
      await cache.invalidateQueries({ queryKey: keys.networks });
    },
  });
  return (
    <ConfirmDialog
      name="disconnect"
      subject={item}
      ask={({ network }) => ({
        title: texts.disconnectTitle(networkNames[network]),
        text: texts.disconnectText,
        keep: texts.keep,
        confirm: texts.disconnect,
        pending: texts.disconnecting,
        failed: texts.failed,
      })}
      action={disconnect}
      onClose={onClose}
    />
  );
}
