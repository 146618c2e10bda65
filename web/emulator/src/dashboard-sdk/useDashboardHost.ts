import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react';
import { useLocation, useNavigate, useNavigationType } from 'react-router';
import { post, segment } from '../api/client';
import type { AppListing, Site } from '../api/types';
import { addressOf, type Place } from '../app-page/place';
import { DashboardHost, type Shown } from './host';
import { HELLO, serve } from './wire';

interface Framed {
  frame: RefObject<HTMLIFrameElement | null>;
  /** The address the frame was opened with. */
  url: string;
  app: AppListing;
  site: Site;
  /** The place of the app that the dashboard's own address names now. */
  place: Place;
  /** The dashboard went to a place of which nobody in the frame wants to hear. */
  onUnheard: (place: Place) => void;
}

/** Marks a step that the app made itself: the frame is there already. */
const BY_APP = { byApp: true };

function isHello(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'code' in data && data.code === HELLO;
}

/** Plays the parent of the dashboard SDK for the app's page in a frame, and for nobody else. */
export function useDashboardHost({ frame, url, app, site, place, onUnheard }: Framed): Shown {
  const navigate = useNavigate();
  const { state } = useLocation();
  const isByApp = useNavigationType() !== 'POP' && state?.byApp === true;
  const [host] = useState(() => {
    const page = `/dashboard/${segment(site.siteId)}/app/${segment(app.appId)}`;
    return new DashboardHost({
      pageId: app.appId,
      language: new URL(url).searchParams.get('locale') ?? 'en',
      pageUrl: `${window.location.origin}${page}`,
      place,
      goTo: (next, history) =>
        void navigate(`${page}${addressOf(next)}`, {
          replace: history === 'replace',
          state: BY_APP,
        }),
      getAccessToken: async () => {
        const address = `sites/${segment(site.siteId)}/access-token`;
        return (await post<{ accessToken: string }>(address)).accessToken;
      },
      goBack: () => void navigate(-1),
      setTitle: (title) => {
        document.title = title || app.name;
      },
    });
  });
  useEffect(() => {
    if (!isByApp && !host.moved(place)) onUnheard(place);
  }, [host, isByApp, place, onUnheard]);
  useEffect(() => {
    const { origin } = new URL(url);
    const ports: MessagePort[] = [];
    const greet = (event: MessageEvent) => {
      const [port] = event.ports;
      const isOurs = event.origin === origin && event.source === frame.current?.contentWindow;
      if (!isOurs || !port || !isHello(event.data)) return;
      ports.push(port);
      serve(host.api(), port);
    };
    window.addEventListener('message', greet);
    return () => {
      window.removeEventListener('message', greet);
      for (const port of ports) port.close();
    };
  }, [frame, host, url]);
  return useSyncExternalStore(host.subscribe, host.snapshot);
}
