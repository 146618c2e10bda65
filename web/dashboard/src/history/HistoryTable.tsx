import { Text } from '@wix/design-system';
import { type HistoryEntry, useWixContext } from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';

/** The entries as a table; on a phone each row becomes two lines. */
export function HistoryTable({ entries }: { entries: readonly HistoryEntry[] }) {
  const { history } = useAppMessages();
  return (
    <table className="history" aria-label={history.title}>
      <thead>
        <tr>
          <th scope="col">{history.at}</th>
          <th scope="col">{history.what}</th>
          <th scope="col" className="history__number">
            {history.change}
          </th>
          <th scope="col" className="history__number">
            {history.balance}
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.entryId} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry }: { entry: HistoryEntry }) {
  const { format } = useWixContext();
  const { history } = useAppMessages();
  return (
    <tr data-testid="history-row" data-kind={entry.kind}>
      <td className="history__at">
        <Text size="small" secondary>
          <time dateTime={entry.at}>{format.dateTime(entry.at)}</time>
        </Text>
      </td>
      <td className="history__what">
        <Text size="small" weight="bold">
          {history.kinds[entry.kind]}
        </Text>
        <Text size="small" secondary>
          {entry.text}
        </Text>
      </td>
      <td className="history__number history__change" data-gain={entry.amount > 0}>
        {format.signed(entry.amount)}
      </td>
      <td className="history__number history__balance">
        <span className="history__label">{history.balance} </span>
        {format.number(entry.balanceAfter)}
      </td>
    </tr>
  );
}
