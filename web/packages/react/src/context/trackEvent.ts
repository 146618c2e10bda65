import type { ApiClient } from '../api/client.js';
import type { BiEvent, Milestone } from '../api/types.js';

/** What happened: a milestone that Wix knows, or anything else under the app's own name for it. */
export type BiEventName = Milestone | (string & {});

/** What belongs to it; no personal data. */
export type BiEventData = Readonly<Record<string, string | number | boolean>>;

export type TrackEvent = (event: BiEventName, data?: BiEventData) => Promise<boolean>;

const MILESTONES: Readonly<Record<Exclude<Milestone, 'CUSTOM'>, true>> = {
  APP_DASHBOARD_LOADED: true,
  APP_FINISHED_CONFIGURATION: true,
  APP_UPGRADED: true,
  PRIMARY_ACTION_PERFORMED: true,
  APP_FINISH_BUSINESS_SETUP: true,
  APP_SETUP_FINISHED: true,
};

/** Sends events as they are named. One that is lost is let be: nothing on a page may depend on a statistic. */
export function createTrackEvent(client: ApiClient): TrackEvent {
  return async (event, data) => {
    try {
      const { reported } = await client.reportEvent(toBiEvent(event, data));
      return reported;
    } catch {
      return false;
    }
  };
}

export function toBiEvent(event: BiEventName, data: BiEventData = {}): BiEvent {
  const values = Object.entries(data).map(([name, value]) => [name, String(value)] as const);
  const eventData = values.length === 0 ? {} : { eventData: Object.fromEntries(values) };
  if (isMilestone(event)) return { eventName: event, ...eventData };
  return { eventName: 'CUSTOM', customEventName: event, ...eventData };
}

function isMilestone(event: string): event is Exclude<Milestone, 'CUSTOM'> {
  return Object.hasOwn(MILESTONES, event);
}
