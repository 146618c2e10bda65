import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import type { ApiClient } from '../api/client.js';
import { ApiError } from '../api/error.js';
import { keys } from '../api/keys.js';
import type { UserStatus } from '../api/types.js';
import { applyStatus } from '../live/apply.js';
import { pollInterval, useLiveStream } from '../live/useLiveStream.js';
import { chooseLocale, directionOf } from '../messages/catalog.js';
import { createFormat } from '../messages/format.js';
import { type Frame, keepFrame } from './frame.js';
import { keepLanguage, readLanguage } from './language.js';
import { createTrackEvent } from './trackEvent.js';
import { useOnline } from './useOnline.js';
import { type SessionState, WixContext, type WixContextValue } from './WixContext.js';

interface SessionProps {
  frame: Frame;
  client: ApiClient;
  refusal: ApiError | null;
  onRefused(error: ApiError): void;
  languages: readonly string[];
  children: ReactNode;
}

/** Loads the instance's status, keeps it live, and provides the context value. */
export function Session({ frame, client, refusal, onRefused, languages, children }: SessionProps) {
  const cache = useQueryClient();
  const isOnline = useOnline();
  const enabled = frame.token !== null && refusal === null;
  const live = useLiveStream(client, enabled, onRefused);
  const status = useQuery({
    queryKey: keys.status,
    queryFn: async ({ signal }) => applyStatus(cache, await client.status({ signal })),
    enabled,
    refetchInterval: pollInterval(live),
  });

  const { data: userData, refetch, isPending } = status;
  const error = asApiError(refusal ?? status.error);
  const session = sessionState(frame, refusal, error);
  const [language, setLanguage] = useLanguage(languages);
  const locale = useLocale(language, frame, userData, languages);
  const format = useMemo(() => createFormat(locale), [locale]);
  const refreshUserData = useCallback(async () => void (await refetch()), [refetch]);
  const trackEvent = useMemo(() => createTrackEvent(client), [client]);
  useEffect(() => keepFrame(window, frame), [frame]);

  const value = useMemo<WixContextValue>(
    () => ({
      instanceToken: frame.token,
      instanceData: {
        instanceId: userData?.instanceId ?? null,
        isOwner: userData?.isOwner ?? false,
        locale,
        origin: frame.origin,
        siteUrl: frame.siteUrl,
        viewMode: frame.viewMode,
      },
      userData,
      isLoading: enabled && isPending,
      error,
      session,
      live,
      isOnline,
      refreshUserData,
      hasCredits: (amount = 1) => (userData?.credits.available ?? 0) >= amount,
      trackEvent,
      client,
      format,
      languages,
      language,
      setLanguage,
    }),
    [
      frame,
      userData,
      locale,
      enabled,
      isPending,
      error,
      session,
      live,
      isOnline,
      refreshUserData,
      trackEvent,
      client,
      format,
      languages,
      language,
      setLanguage,
    ],
  );

  return <WixContext.Provider value={value}>{children}</WixContext.Provider>;
}

/** What was chosen in this browser, when there still are texts for it. */
function useLanguage(languages: readonly string[]) {
  const [chosen, setChosen] = useState(() => readLanguage(window));
  const choose = useCallback((language: string | null) => {
    keepLanguage(window, language);
    setChosen(language);
  }, []);
  const language = chosen !== null && languages.includes(chosen) ? chosen : null;
  return [language, choose] as const;
}

function useLocale(
  language: string | null,
  frame: Frame,
  userData: UserStatus | undefined,
  languages: readonly string[],
): string {
  const wanted = [frame.locale, userData?.locale, navigator.language];
  // A chosen language keeps the region that Wix or the browser names for it: de-AT for de.
  const locale =
    language === null
      ? chooseLocale(wanted, languages)
      : chooseLocale([...wanted, language], [language]);
  // Before anything is painted: a page that turns round from left to right moves all there is on it.
  useLayoutEffect(() => {
    document.documentElement.lang = locale;
    document.documentElement.dir = directionOf(locale);
  }, [locale]);
  return locale;
}

function sessionState(
  frame: Frame,
  refusal: ApiError | null,
  error: ApiError | null,
): SessionState {
  if (frame.token === null) return 'missing';
  if (refusal?.isSessionOver) return 'over';
  return refusal?.isForbidden || error?.isForbidden ? 'forbidden' : 'ok';
}

function asApiError(error: unknown): ApiError | null {
  if (error === null || error === undefined) return null;
  if (error instanceof ApiError) return error;
  return new ApiError({ code: 'bad_response', message: String(error) });
}
