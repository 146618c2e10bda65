import type { Delivery, DeliveryState } from '../api/types';

export interface DeliveryFilter {
  eventType: string | null;
  state: DeliveryState | null;
}

export const DELIVERY_STATES: readonly DeliveryState[] = [
  'pending',
  'delivered',
  'retrying',
  'gave_up',
];

export const STATE_NAMES: Record<DeliveryState, string> = {
  pending: 'Pending',
  delivered: 'Delivered',
  retrying: 'Retrying',
  gave_up: 'Gave up',
};

export function matches(delivery: Delivery, filter: DeliveryFilter): boolean {
  return (
    (filter.eventType === null || delivery.eventType === filter.eventType) &&
    (filter.state === null || delivery.state === filter.state)
  );
}

/** The event types that occur, for the filter's menu, in alphabetical order. */
export function eventTypes(deliveries: readonly Delivery[]): string[] {
  return [...new Set(deliveries.map(({ eventType }) => eventType))].sort();
}

function isState(text: string | null): text is DeliveryState {
  return DELIVERY_STATES.some((state) => state === text);
}

/** The filter lives in the address, so that a filtered view can be reloaded and shared. */
export function filterFromSearch(search: URLSearchParams): DeliveryFilter {
  const state = search.get('state');
  return { eventType: search.get('type'), state: isState(state) ? state : null };
}
