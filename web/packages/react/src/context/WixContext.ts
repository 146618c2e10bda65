import { createContext, useContext } from 'react';
import type { ApiClient } from '../api/client.js';
import type { ApiError } from '../api/error.js';
import type { UserStatus } from '../api/types.js';
import type { LiveState } from '../live/stream.js';
import type { Format } from '../messages/format.js';
import type { TrackEvent } from './trackEvent.js';

/**
 * Whether the page may work: `missing` = not opened by Wix; `over` = the token is expired or refused and
 * only Wix can give a new one, by loading the page again; `forbidden` = the visitor may not use the app.
 */
export type SessionState = 'ok' | 'missing' | 'over' | 'forbidden';

export interface InstanceData {
  instanceId: string | null;
  isOwner: boolean;
  /** The locale the interface is written in. */
  locale: string;
  /** Origin of the Wix dashboard around the page. */
  origin: string | null;
  siteUrl: string | null;
  viewMode: string | null;
}

export interface WixContextValue {
  /** The signed token of the page, for calls made without `client`; never store or log it. */
  instanceToken: string | null;
  instanceData: InstanceData;
  /** Plan, subscription, credits and connection; undefined until first loaded. */
  userData: UserStatus | undefined;
  isLoading: boolean;
  error: ApiError | null;
  session: SessionState;
  /** State of the live stream that keeps `userData` current. */
  live: LiveState;
  isOnline: boolean;
  refreshUserData(): Promise<void>;
  /** Whether at least `amount` credits (default 1) can be spent now. */
  hasCredits(amount?: number): boolean;
  /** Reports an event to Wix through the server; resolves to whether Wix has it, and never rejects. */
  trackEvent: TrackEvent;
  client: ApiClient;
  format: Format;
  /** Languages (subtags) that can be chosen. */
  languages: readonly string[];
  /** The language that was chosen here; null follows Wix, then the browser. */
  language: string | null;
  /** Changes the language at once and for the next visits in this browser. */
  setLanguage(language: string | null): void;
}

export const WixContext = createContext<WixContextValue | null>(null);

/** The instance, its data and the API client of the nearest `WixProvider`. */
export function useWixContext(): WixContextValue {
  const value = useContext(WixContext);
  if (value === null) throw new Error('useWixContext needs a WixProvider above it');
  return value;
}
