import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react';
import { useNavigate } from 'react-router';
import { post, segment } from '../api/client';
import type { AppListing, Site } from '../api/types';
import { DashboardHost, type Shown } from './host';
import { HELLO, serve } from './wire';

interface Framed {
  frame: RefObject<HTMLIFrameElement | null>;
  /** The address the frame was opened with. */
  url: string;
  app: AppListing;
  site: Site;
}

function isHello(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'code' in data && data.code === HELLO;
}

/** Plays the parent of the dashboard SDK for the app's page in a frame, and for nobody else. */
export function useDashboardHost({ frame, url, app, site }: Framed): Shown {
  const navigate = useNavigate();
  const [host] = useState(
    () =>
      new DashboardHost({
        pageId: app.appId,
        language: new URL(url).searchParams.get('locale') ?? 'en',
        pageUrl: `${window.location.origin}/dashboard/${segment(site.siteId)}/app/${segment(app.appId)}`,
        getAccessToken: async () => {
          const address = `sites/${segment(site.siteId)}/access-token`;
          return (await post<{ accessToken: string }>(address)).accessToken;
        },
        goBack: () => void navigate(-1),
        setTitle: (title) => {
          document.title = title || app.name;
        },
      }),
  );
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
