import { Button, Heading } from '@wix/design-system';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useResend } from '../api/actions';
import { useDelivery } from '../api/queries';
import type { DeliveryDetail } from '../api/types';
import { Failure, Loading, sentenceOf } from '../feedback/Feedback';
import { formatDateTime } from '../format/time';
import { CloseIcon, CopyIcon } from '../shell/icons';
import { toCurl } from './curl';
import { EventName } from './EventName';
import { Layers } from './Layers';
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
  const { requestBody } = detail;
  const copy = (body: string) =>
    navigator.clipboard
      .writeText(toCurl({ ...detail, requestBody: body }))
      .then(() => setNote('Copied as a curl command.'))
      .catch(() => setNote('The browser does not allow copying here.'));
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
      <Button
        disabled={requestBody === null}
        onClick={() => requestBody !== null && void copy(requestBody)}
        prefixIcon={<CopyIcon size={18} />}
        priority="tertiary"
        size="small"
      >
        Copy as curl
      </Button>
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
  const panel = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each chosen delivery takes the focus
  useEffect(() => panel.current?.focus(), [deliveryId]);
  return (
    <aside
      aria-busy={isPlaceholderData}
      aria-label="Delivery"
      className="lp-card lp-panel"
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      ref={panel}
      tabIndex={-1}
    >
      <div className="lp-card-head">
        <Heading as="h2" size="small">
          <EventName name={detail?.eventType ?? 'Delivery'} />
        </Heading>
        {detail && <StateBadge state={detail.state} />}
        <button
          aria-label="Close the delivery"
          className="lp-icon-button lp-push"
          onClick={onClose}
          type="button"
        >
          <CloseIcon />
        </button>
      </div>
      <div className="lp-card-body">
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
      </div>
    </aside>
  );
}
