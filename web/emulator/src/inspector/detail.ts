import type { DeliveryState, TimelineRecord } from '../api/types';
import type { Request } from './curl';
import { STATE_NAMES } from './filter';

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fieldsOf(detail: unknown): Fields {
  return isFields(detail) ? detail : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isState(value: unknown): value is DeliveryState {
  return typeof value === 'string' && value in STATE_NAMES;
}

/** What a line about a webhook says beside its title. */
export function deliveryOf({ detail }: TimelineRecord) {
  const { eventType, state, resendOf, chaos } = fieldsOf(detail);
  return {
    eventType: text(eventType),
    state: isState(state) ? state : null,
    resent: text(resendOf) !== null,
    chaos: text(chaos),
  };
}

/** The request of a line about one. Secrets in it are cut, so a token has to be put in again. */
export function requestOf({ detail }: TimelineRecord): Request | null {
  const { method, url, headers, requestBody } = fieldsOf(detail);
  if (typeof method !== 'string' || typeof url !== 'string') return null;
  const sent = Object.entries(fieldsOf(headers)).map(([name, value]) => [name, String(value)]);
  const body =
    requestBody === null || typeof requestBody === 'string'
      ? requestBody
      : JSON.stringify(requestBody);
  return { method, url, headers: Object.fromEntries(sent), body: body ?? null };
}
