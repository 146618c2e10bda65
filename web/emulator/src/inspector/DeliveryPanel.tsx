import { Button } from '@wix/design-system';
import { type ReactNode, useState } from 'react';
import { useResend } from '../api/actions';
import { useDelivery } from '../api/queries';
import type { DeliveryDetail } from '../api/types';
import { Failure, Loading, sentenceOf } from '../feedback/Feedback';
import { formatDateTime } from '../format/time';
import { CopyCurl } from './CopyCurl';
import { EventName } from './EventName';
import { Layers } from './Layers';
import { Panel } from './Panel';
import { StateBadge } from './StateBadge';

const MOST_ATTEMPTS = 13;

function Actions({ detail }: { detail: DeliveryDetail }) {
  const resend = useResend(detail.deliveryId);
  const [note, setNote] = useState('');
  const send = (times: number) =>
    resend.mutate(times, {
      onSuccess: ({ deliveries }) =>
        setNote(`Sent ${deliveries.length === 1 ? 'once' : `${deliveries.length} times`} more.`),
    });
  const { requestBody, requestUrl: url, requestHeaders: headers } = detail;
  const request = requestBody === null ? null : { method: 'POST', url, headers, body: requestBody };
  return (
    <div className="lp-panel-actions">
      <Button
        data-testid="resend-1"
        disabled={resend.isPending}
        onClick={() => send(1)}
        priority="secondary"
        size="small"
      >
        Resend
      </Button>
      <Button
        data-testid="resend-5"
        disabled={resend.isPending}
        onClick={() => send(5)}
        priority="secondary"
        size="small"
      >
        Resend ×5
      </Button>
      <CopyCurl onNote={setNote} request={request} />
      <span className="lp-muted" role="status">
        {resend.isPending ? 'Sending…' : note}
      </span>
      {resend.error && (
        <p className="lp-inline-error" role="alert">
          {sentenceOf(resend.error)}
        </p>
      )}
    </div>
  );
}

function Facts({ detail }: { detail: DeliveryDetail }) {
  const { responseStatus, error, durationMs, nextAttemptAt, resendOf } = detail;
  const facts: [string, ReactNode][] = [
    ['Attempt', `${detail.attempt} of ${MOST_ATTEMPTS}`],
    ['Sent at', formatDateTime(detail.at)],
    ['Answer', responseStatus === null ? (error ?? 'None yet') : `Status ${responseStatus}`],
    ['Took', durationMs === null ? '–' : `${durationMs} ms of 1,250 ms`],
    ['Site', detail.siteName],
    ['Instance', <code key="instance">{detail.instanceId}</code>],
    ['To', <code key="url">{detail.requestUrl}</code>],
  ];
  if (responseStatus !== null && error !== null) facts.push(['Error', error]);
  if (nextAttemptAt !== null) facts.push(['Next attempt', formatDateTime(nextAttemptAt)]);
  if (resendOf !== null) facts.push(['Resend of', <code key="resend">{resendOf}</code>]);
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

interface DeliveryPanelProps {
  deliveryId: string;
  onClose: () => void;
}

export function DeliveryPanel({ deliveryId, onClose }: DeliveryPanelProps) {
  const { data: detail, error, refetch, isPlaceholderData } = useDelivery(deliveryId);
  return (
    <Panel
      badge={detail && <StateBadge state={detail.state} />}
      busy={isPlaceholderData}
      name="Delivery"
      of={deliveryId}
      onClose={onClose}
      title={<EventName name={detail?.eventType ?? 'Delivery'} />}
    >
      {!detail && !error && <Loading what="the delivery" />}
      {!detail && error && (
        <Failure
          error={error}
          onRetry={() => void refetch()}
          title="The delivery cannot be shown"
        />
      )}
      {detail && (
        <>
          <Actions detail={detail} key={detail.deliveryId} />
          <Facts detail={detail} />
          <Layers detail={detail} />
        </>
      )}
    </Panel>
  );
}
