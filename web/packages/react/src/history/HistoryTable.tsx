import { Text } from '@wix/design-system';
import type { HistoryEntry } from '../api/types.js';
import { InfoIcon } from '../components/icons.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { useEntryText } from './useEntryText.js';

export interface HistoryTableProps {
  /** The entries, newest first. */
  entries: readonly HistoryEntry[];
  /** The page's word for an action that credits were spent on. */
  actionName(action: string): string;
  /** Asked to explain an entry; without it there is no button. */
  onExplain?: (entryId: string) => void;
}

/** The entries as a table; on a phone each row becomes two lines. */
export function HistoryTable({ entries, actionName, onExplain }: HistoryTableProps) {
  const { history } = useMessages();
  return (
    <table className="wxa-entries" aria-label={history.title}>
      <thead>
        <tr>
          <th scope="col">{history.at}</th>
          <th scope="col">{history.what}</th>
          <th scope="col" className="wxa-entries__number">
            {history.change}
          </th>
          <th scope="col" className="wxa-entries__number">
            {history.balance}
          </th>
          {onExplain !== undefined && (
            <th scope="col">
              <span className="wxa-sr-only">{history.explain}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.entryId} entry={entry} actionName={actionName} onExplain={onExplain} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  entry: HistoryEntry;
  actionName(action: string): string;
  onExplain: ((entryId: string) => void) | undefined;
}

function Row({ entry, actionName, onExplain }: RowProps) {
  const { format } = useWixContext();
  const { history } = useMessages();
  const textOf = useEntryText(actionName);
  const at = format.dateTime(entry.at);
  return (
    <tr data-testid="history-row" data-kind={entry.kind}>
      <td className="wxa-entries__at">
        <Text size="small" secondary>
          <time dateTime={entry.at}>{at}</time>
        </Text>
      </td>
      <td className="wxa-entries__what">
        <Text size="small" weight="bold">
          {history.kinds[entry.kind]}
        </Text>
        <Text size="small" secondary>
          <span dir="auto">{textOf(entry)}</span>
        </Text>
      </td>
      <td className="wxa-entries__number wxa-entries__change" data-gain={entry.amount > 0}>
        <bdi>{format.signed(entry.amount)}</bdi>
      </td>
      <td className="wxa-entries__number wxa-entries__balance">
        <span className="wxa-entries__label">{history.balance} </span>
        {format.number(entry.balanceAfter)}
      </td>
      {onExplain !== undefined && (
        <td className="wxa-entries__why">
          <button
            type="button"
            className="wxa-icon-button"
            onClick={() => onExplain(entry.entryId)}
            aria-label={history.explainEntry(history.kinds[entry.kind], at)}
            data-testid="history-explain"
          >
            <InfoIcon size={20} />
          </button>
        </td>
      )}
    </tr>
  );
}
