import { useMutation } from '@tanstack/react-query';
import { Button, Heading, Text } from '@wix/design-system';
import { CopyText, download, HistoryExport, useFailureToast, useWixContext } from '@wixapp/react';
import { useState } from 'react';
import { useAppMessages } from '../messages/useAppMessages';
import { Panel } from '../shell/Panel';
import { useHasPosts } from '../shell/useHasPosts';
import { collectData } from './collectData';
import { DeleteDialog } from './DeleteDialog';

/** Takes the data along, and has it deleted. */
export function DataPanel() {
  const { settings } = useAppMessages();
  const { data: texts } = settings;
  const { client, instanceData } = useWixContext();
  const complain = useFailureToast();
  const [isDeleting, setDeleting] = useState(false);
  const hasPosts = useHasPosts();
  const file = useMutation({
    mutationFn: () => collectData(client, hasPosts === true),
    onSuccess: (data) =>
      download('app-data.json', JSON.stringify(data, null, 2), 'application/json'),
    onError: (error) => complain(error, texts.failed),
  });
  return (
    <Panel title={texts.title}>
      <section className="settings__part">
        <Heading as="h4" size="tiny">
          {texts.exportTitle}
        </Heading>
        <Text size="small">{hasPosts ? texts.exportText : texts.exportTextOther}</Text>
        <div className="settings__buttons">
          <Button
            size="small"
            priority="secondary"
            disabled={file.isPending}
            onClick={() => file.mutate()}
            data-testid="data-export"
          >
            {file.isPending ? texts.exporting : texts.export}
          </Button>
          <HistoryExport />
        </div>
      </section>
      <section className="settings__part">
        <Heading as="h4" size="tiny">
          {texts.deleteTitle}
        </Heading>
        <Text size="small">{texts.deleteText}</Text>
        <div className="settings__buttons">
          <Button
            size="small"
            priority="secondary"
            skin="destructive"
            onClick={() => setDeleting(true)}
            data-testid="data-delete"
          >
            {texts.delete}
          </Button>
        </div>
        {instanceData.instanceId !== null && (
          <CopyText label={texts.instance} text={instanceData.instanceId} />
        )}
      </section>
      <DeleteDialog isOpen={isDeleting} onClose={() => setDeleting(false)} />
    </Panel>
  );
}
