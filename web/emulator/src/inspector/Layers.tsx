import type { ReactNode } from 'react';
import type { Attempt, DeliveryDetail, Headers } from '../api/types';
import { formatDateTime } from '../format/time';
import { JsonView } from './JsonView';

interface LayerProps {
  title: string;
  open?: boolean;
  children: ReactNode;
}

function Layer({ title, open = false, children }: LayerProps) {
  return (
    <details className="lp-layer" open={open}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}

function HeaderList({ headers }: { headers: Headers }) {
  return (
    <dl className="lp-headers">
      {Object.entries(headers).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function RawText({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs a tab stop
    <section aria-label={label} className="lp-code lp-code-wrap" tabIndex={0}>
      {text}
    </section>
  );
}

function Attempts({ attempts }: { attempts: Attempt[] }) {
  return (
    <ol className="lp-attempts">
      {attempts.map(({ attempt, at, durationMs, responseStatus, error }) => (
        <li key={attempt}>
          <span>{attempt}.</span>
          <span>{formatDateTime(at)}</span>
          <span>{error ?? `Status ${responseStatus ?? '–'}`}</span>
          <span className="lp-muted">{durationMs} ms</span>
        </li>
      ))}
    </ol>
  );
}

function Request({ headers, body }: { headers: Headers; body: string | null }) {
  if (body === null) return <p className="lp-muted">Signed and sent when it is due.</p>;
  return (
    <>
      <HeaderList headers={headers} />
      <RawText label="Request body" text={body} />
    </>
  );
}

function Answer({ detail }: { detail: DeliveryDetail }) {
  const { responseHeaders, responseBody, error } = detail;
  return (
    <>
      <HeaderList headers={responseHeaders} />
      {responseBody === '' ? (
        <p className="lp-muted">{error ?? 'No body.'}</p>
      ) : (
        <RawText label="Response body" text={responseBody} />
      )}
    </>
  );
}

/** Everything that went over the wire, outermost layers closed. */
export function Layers({ detail }: { detail: DeliveryDetail }) {
  const { decoded, attempts } = detail;
  const outer: [string, unknown][] = [
    ['Identity', decoded.identity],
    ['Event envelope', decoded.event],
    ['JWT claims', decoded.claims],
  ];
  return (
    <>
      <Layer open title="Payload">
        <JsonView label="Payload" testId="decoded-payload" value={decoded.payload} />
      </Layer>
      {outer.map(
        ([title, value]) =>
          value !== null && (
            <Layer key={title} title={title}>
              <JsonView label={title} value={value} />
            </Layer>
          ),
      )}
      <Layer title="Request headers and signed body">
        <Request body={detail.requestBody} headers={detail.requestHeaders} />
      </Layer>
      <Layer open={detail.state !== 'delivered' && attempts.length > 0} title="Response">
        <Answer detail={detail} />
      </Layer>
      {attempts.length > 1 && (
        <Layer title={`All ${attempts.length} attempts`}>
          <Attempts attempts={attempts} />
        </Layer>
      )}
    </>
  );
}
