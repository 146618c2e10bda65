import type { Delivery } from '../api/types';
import { formatDateTime } from '../format/time';
import { EventName } from './EventName';
import { StateBadge } from './StateBadge';

interface DeliveryTableProps {
  deliveries: Delivery[];
  selectedId: string | null;
  onSelect: (deliveryId: string) => void;
}

/** What the app answered, in a few words. */
export function answerOf({ responseStatus, error }: Delivery): string {
  if (responseStatus !== null) return String(responseStatus);
  return error ?? '–';
}

function Row({
  delivery,
  isSelected,
  onSelect,
}: {
  delivery: Delivery;
  isSelected: boolean;
  onSelect: (deliveryId: string) => void;
}) {
  const { deliveryId, eventType, state, durationMs } = delivery;
  return (
    <tr
      data-delivery-id={deliveryId}
      data-event-type={eventType}
      data-selected={isSelected}
      data-state={state}
      data-testid="delivery-row"
    >
      <td className="lp-cell-event">
        <button
          aria-pressed={isSelected}
          className="lp-row-button"
          onClick={() => onSelect(deliveryId)}
          type="button"
        >
          <EventName name={eventType} />
        </button>
        {delivery.resendOf !== null && <span className="lp-tag">resent</span>}
      </td>
      <td className="lp-cell-state">
        <StateBadge state={state} />
      </td>
      <td className="lp-cell-site">{delivery.siteName}</td>
      <td className="lp-number lp-cell-attempt" data-label="Attempt">
        {delivery.attempt}
      </td>
      <td className="lp-cell-answer" data-label="Answer" title={answerOf(delivery)}>
        {answerOf(delivery)}
      </td>
      <td className="lp-number lp-cell-took" data-label="Took">
        {durationMs === null ? '–' : `${durationMs} ms`}
      </td>
      <td className="lp-cell-time">{formatDateTime(delivery.at)}</td>
    </tr>
  );
}

export function DeliveryTable({ deliveries, selectedId, onSelect }: DeliveryTableProps) {
  return (
    <table className="lp-table lp-deliveries">
      <caption className="lp-visually-hidden">Webhook deliveries, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">State</th>
          <th className="lp-cell-site" scope="col">
            Site
          </th>
          <th className="lp-number lp-cell-attempt" scope="col">
            Attempt
          </th>
          <th className="lp-cell-answer" scope="col">
            Answer
          </th>
          <th className="lp-number lp-cell-took" scope="col">
            Took
          </th>
          <th scope="col">Platform time</th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <Row
            delivery={delivery}
            isSelected={delivery.deliveryId === selectedId}
            key={delivery.deliveryId}
            onSelect={onSelect}
          />
        ))}
      </tbody>
    </table>
  );
}
