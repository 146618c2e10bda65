import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Text } from '@wix/design-system';
import { Dialog, useFailureText, useToast } from '@wixapp/react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { NetworkItem } from '../posts/types';
import { keys, useAutopost } from '../posts/useAutopost';

interface DisconnectDialogProps {
  item: NetworkItem | null;
  onClose(): void;
}

/** Says what taking an account off does, before it is done. */
export function DisconnectDialog({ item, onClose }: DisconnectDialogProps) {
  const { networks: texts, networkNames } = useAutopostMessages();
  const api = useAutopost();
  const cache = useQueryClient();
  const failureText = useFailureText();
  const { show } = useToast();
  const disconnect = useMutation({
    mutationFn: ({ network }: NetworkItem) => api.disconnect(network),
    onSuccess: (_, { network }) => {
      show(texts.disconnected(networkNames[network]), 'success');
      void cache.invalidateQueries({ queryKey: keys.networks });
      close();
    },
  });
  const close = () => {
    disconnect.reset();
    onClose();
  };
  return (
    <Dialog
      isOpen={item !== null}
      title={item === null ? '' : texts.disconnectTitle(networkNames[item.network])}
      onClose={close}
      testId="disconnect-dialog"
      footer={
        <>
          <Button priority="secondary" onClick={close}>
            {texts.keep}
          </Button>
          <Button
            skin="destructive"
            disabled={disconnect.isPending}
            onClick={() => item !== null && disconnect.mutate(item)}
            data-testid="disconnect-now"
          >
            {texts.disconnect}
          </Button>
        </>
      }
    >
      <Text size="small">{texts.disconnectText}</Text>
      <div role="alert">
        {disconnect.error !== null && (
          <Text size="small" skin="error">
            {failureText(disconnect.error, texts.failed)}
          </Text>
        )}
      </div>
    </Dialog>
  );
}
