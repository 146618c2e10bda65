import type { RecordOutcome, TimelineRecord } from '../api/types';
import { formatDateTime } from '../format/time';
import { deliveryOf } from './detail';
import { EventName } from './EventName';
import { KIND_NAME } from './filter';

const OUTCOME_NAMES: Record<RecordOutcome, string> = {
  done: 'done',
  waiting: 'not done yet',
  failed: 'failed',
};

interface TimelineListProps {
  records: TimelineRecord[];
  selectedId: string | null;
  onSelect: (recordId: string) => void;
}

interface LineProps {
  record: TimelineRecord;
  isSelected: boolean;
  onSelect: (recordId: string) => void;
}

function Line({ record, isSelected, onSelect }: LineProps) {
  const { recordId, kind, outcome, title, siteName, at } = record;
  const { eventType, state, resent, chaos } = deliveryOf(record);
  return (
    <li
      className="lp-line"
      data-event-type={eventType}
      data-kind={kind}
      data-outcome={outcome}
      data-selected={isSelected}
      data-state={state}
      data-testid={kind === 'delivery' ? 'delivery-row' : 'timeline-row'}
    >
      <span className="lp-line-kind" data-kind={kind}>
        {KIND_NAME[kind]}
      </span>
      <span className="lp-line-text">
        <button
          aria-pressed={isSelected}
          className="lp-row-button"
          onClick={() => onSelect(recordId)}
          type="button"
        >
          <EventName name={title} />
          {outcome !== 'done' && (
            <span className="lp-visually-hidden">, {OUTCOME_NAMES[outcome]}</span>
          )}
        </button>
        {resent && <span className="lp-tag">{chaos === 'duplicate' ? 'duplicate' : 'resent'}</span>}
        {chaos !== null && chaos !== 'duplicate' && <span className="lp-tag">chaos: {chaos}</span>}
      </span>
      {siteName !== null && (
        <span className="lp-line-site lp-muted" title={siteName}>
          {siteName}
        </span>
      )}
      <time className="lp-line-time" dateTime={at}>
        {formatDateTime(at)}
      </time>
    </li>
  );
}

/** The newest line first. */
export function TimelineList({ records, selectedId, onSelect }: TimelineListProps) {
  return (
    <ol className="lp-timeline">
      {records.map((record) => (
        <Line
          isSelected={record.recordId === selectedId}
          key={record.recordId}
          onSelect={onSelect}
          record={record}
        />
      ))}
    </ol>
  );
}
