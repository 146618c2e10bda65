import { type ReactNode, useState } from 'react';
import type { TimelineRecord } from '../api/types';
import { formatDateTime } from '../format/time';
import { CopyCurl } from './CopyCurl';
import { fieldsOf, requestOf } from './detail';
import { KIND_NAME } from './filter';
import { JsonView } from './JsonView';
import { Panel } from './Panel';

function Facts({ record }: { record: TimelineRecord }) {
  const { status, durationMs } = fieldsOf(record.detail);
  const facts: [string, ReactNode][] = [
    ['Kind', KIND_NAME[record.kind]],
    ['At', formatDateTime(record.at)],
  ];
  if (typeof status === 'number' || typeof status === 'string') facts.push(['Answer', status]);
  if (typeof durationMs === 'number') facts.push(['Took', `${durationMs} ms`]);
  if (record.siteName) facts.push(['Site', record.siteName]);
  if (record.instanceId) facts.push(['Instance', <code key="id">{record.instanceId}</code>]);
  return (
    <dl className="lp-facts lp-delivery-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Layers({ detail }: { detail: unknown }) {
  const { requestBody, responseBody, ...rest } = fieldsOf(detail);
  const layers: [string, unknown][] = [
    ['Sent', requestBody],
    ['Answered', responseBody],
    ['All there is', Object.keys(rest).length > 0 ? rest : null],
  ];
  return layers
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([title, value]) => (
      <details className="lp-layer" key={title} open>
        <summary>{title}</summary>
        <JsonView label={title} value={value} />
      </details>
    ));
}

interface RecordPanelProps {
  record: TimelineRecord;
  onClose: () => void;
}

/** A line that is no webhook: what was asked and answered, or what the app says of it. */
export function RecordPanel({ record, onClose }: RecordPanelProps) {
  const [note, setNote] = useState('');
  const request = requestOf(record);
  return (
    <Panel name="Details" of={record.recordId} onClose={onClose} title={record.title}>
      {request && (
        <div className="lp-panel-actions">
          <CopyCurl onNote={setNote} request={request} />
          <span className="lp-muted" role="status">
            {note || 'Tokens and secrets are cut short.'}
          </span>
        </div>
      )}
      <Facts record={record} />
      <Layers detail={record.detail} />
    </Panel>
  );
}
