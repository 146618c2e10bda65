import { useMutation } from '@tanstack/react-query';
import { Button } from '@wix/design-system';
import type { HistoryFilter } from '../api/client.js';
import { useFailureToast } from '../context/useFailureToast.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { download } from './download.js';

export interface HistoryExportProps {
  /** Which entries; all when left out. */
  filter?: HistoryFilter;
  /** Whether the filter names nothing that can be asked for. */
  isDisabled?: boolean;
}

/** All entries that a filter names as a CSV file; not only those on the page. */
export function HistoryExport({ filter = {}, isDisabled = false }: HistoryExportProps) {
  const { client } = useWixContext();
  const { history } = useMessages();
  const complain = useFailureToast();
  const file = useMutation({
    mutationFn: () => client.historyCsv(filter),
    onSuccess: (text) => download('credit-history.csv', text, 'text/csv;charset=utf-8'),
    onError: (error) => complain(error, history.exportFailed),
  });
  return (
    <Button
      priority="secondary"
      size="small"
      disabled={isDisabled || file.isPending}
      onClick={() => file.mutate()}
      data-testid="history-csv"
    >
      {file.isPending ? history.exporting : history.export}
    </Button>
  );
}
