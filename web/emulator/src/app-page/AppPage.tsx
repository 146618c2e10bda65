import { Button, Loader } from '@wix/design-system';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation, useParams } from 'react-router';
import { useAppFrame } from '../api/queries';
import { installOf } from '../api/site';
import { usePlatformNow } from '../clock/now';
import { Layer } from '../dashboard-sdk/Layer';
import { useDashboardHost } from '../dashboard-sdk/useDashboardHost';
import { Empty, Failure, Loading } from '../feedback/Feedback';
import { AppIcon } from '../shell/AppIcon';
import { ReloadIcon } from '../shell/icons';
import { useTitle } from '../shell/Page';
import { useShell } from '../shell/Shell';
import { isWebAddress, tokenExpiry } from './frame-url';
import { frameAt, type Place, placeIn } from './place';
import { answers } from './probe';

type FramePhase = 'loading' | 'shown' | 'unreachable';

interface TokenNoticeProps {
  url: string;
  appName: string;
  onReload: () => void;
}

interface AppFrameProps extends TokenNoticeProps {
  place: Place;
  onUnheard: (place: Place) => void;
}

/** Wix's tokens last four hours; a jump of the clock ends them early and the app can only say so. */
function TokenNotice({ url, appName, onReload }: TokenNoticeProps) {
  const now = usePlatformNow(15_000);
  const expiry = tokenExpiry(url);
  if (now === null || expiry === null || now <= expiry) return null;
  return (
    <div className="lp-frame-notice" role="status">
      <span>
        On the platform’s clock, {appName}’s session token has expired (they last four hours).
      </span>
      <button className="lp-link" onClick={onReload} type="button">
        Reload with a new token
      </button>
    </div>
  );
}

function Frame({ url, appName, place, onReload, onUnheard }: AppFrameProps) {
  const { platform, site } = useShell();
  const frame = useRef<HTMLIFrameElement>(null);
  const shown = useDashboardHost({ frame, url, app: platform.app, site, place, onUnheard });
  const [phase, setPhase] = useState<FramePhase>('loading');
  useEffect(() => {
    let ended = false;
    void answers(url).then((up) => {
      if (!up && !ended) setPhase('unreachable');
    });
    return () => {
      ended = true;
    };
  }, [url]);
  if (phase === 'unreachable') {
    return (
      <Empty
        text={`Nothing answers at ${new URL(url).origin}. Start the app’s server, then try again.`}
        title={`${appName} does not answer`}
      >
        <Button onClick={onReload}>Try again</Button>
      </Empty>
    );
  }
  return (
    <div className="lp-frame">
      <TokenNotice appName={appName} onReload={onReload} url={url} />
      {phase === 'loading' && (
        <div className="lp-frame-loading" role="status">
          <Loader size="small" />
          <span className="lp-muted">Opening {appName}…</span>
        </div>
      )}
      <iframe
        allow="clipboard-write"
        className="lp-frame-document"
        data-testid="app-frame"
        onLoad={() => setPhase((now) => (now === 'loading' ? 'shown' : now))}
        ref={frame}
        src={url}
        style={shown.height === null ? undefined : { minHeight: shown.height }}
        title={appName}
      />
      <Layer shown={shown} />
    </div>
  );
}

/** The frame is opened once and goes from place to place by itself; the address follows it. */
function FrameOfSite({ place }: { place: Place }) {
  const { platform, site } = useShell();
  const [opened, setOpened] = useState({ place, visit: 0 });
  const { data, error } = useAppFrame(site.siteId, opened.place.search, opened.visit);
  const { name } = platform.app;
  const open = useCallback(
    (next: Place) => setOpened(({ visit }) => ({ place: next, visit: visit + 1 })),
    [],
  );
  const reload = () => open(place);
  return (
    <>
      <div className="lp-frame-bar">
        <AppIcon app={platform.app} size={24} />
        <h1>{name}</h1>
        <button className="lp-frame-reload" onClick={reload} type="button">
          <ReloadIcon size={16} />
          <span>Reload app</span>
        </button>
      </div>
      {!data && !error && <Loading what={name} />}
      {!data && error && (
        <Failure error={error} onRetry={reload} title={`${name} cannot be opened`} />
      )}
      {data &&
        (isWebAddress(data.url) ? (
          <Frame
            appName={name}
            key={data.url}
            onReload={reload}
            onUnheard={open}
            place={place}
            url={frameAt(data.url, opened.place)}
          />
        ) : (
          <Empty
            text="The app’s address is not a web address."
            title={`${name} cannot be opened`}
          />
        ))}
    </>
  );
}

export function AppPage() {
  const { platform, site } = useShell();
  const { appId } = useParams();
  const location = useLocation();
  const place = useMemo(() => placeIn(location), [location]);
  const { app } = platform;
  useTitle(app.name);
  if (appId !== app.appId) {
    return (
      <Empty
        text="The address names an app this platform does not have."
        title="No such app"
        wholePage
      />
    );
  }
  if (place === null) {
    return (
      <Empty text="The address names a page that no app can have." title="No such page" wholePage />
    );
  }
  if (!installOf(site)) {
    const listing = `/dashboard/${encodeURIComponent(site.siteId)}/app-market/${encodeURIComponent(app.appId)}`;
    return (
      <Empty
        text={`Add it to ${site.name} from the App Market first.`}
        title={`${app.name} is not installed`}
        wholePage
      >
        <Button as={Link} to={listing}>
          See it in the App Market
        </Button>
      </Empty>
    );
  }
  return (
    <div className="lp-app-page">
      <FrameOfSite key={site.siteId} place={place} />
    </div>
  );
}
