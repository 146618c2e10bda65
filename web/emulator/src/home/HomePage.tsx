import { Button } from '@wix/design-system';
import { Link } from 'react-router';
import { useDeliveries } from '../api/queries';
import { installOf, runningPlan } from '../api/site';
import { ClockPanel } from '../clock/ClockPanel';
import { sentenceOf } from '../feedback/Feedback';
import { formatDateTime } from '../format/time';
import { StateBadge } from '../inspector/StateBadge';
import { AppIcon } from '../shell/AppIcon';
import { CheckIcon } from '../shell/icons';
import { Page, Section } from '../shell/Page';
import { useShell } from '../shell/Shell';

const SHOWN_DELIVERIES = 5;

function YourApp() {
  const { platform, site } = useShell();
  const { app } = platform;
  const base = `/dashboard/${encodeURIComponent(site.siteId)}`;
  const install = installOf(site);
  const plan = runningPlan(site);
  return (
    <Section title="Your app">
      <div className="lp-app-row">
        <AppIcon app={app} size={56} />
        <div className="lp-app-row-text">
          <strong>{app.name}</strong>
          <span className="lp-muted">
            {install ? `Installed · ${plan ? `${plan.name} plan` : 'Free plan'}` : app.tagline}
          </span>
        </div>
      </div>
      {install ? (
        <Button as={Link} to={`${base}/app/${encodeURIComponent(app.appId)}`}>
          Open {app.name}
        </Button>
      ) : (
        <Button as={Link} to={`${base}/app-market/${encodeURIComponent(app.appId)}`}>
          Get it from the App Market
        </Button>
      )}
    </Section>
  );
}

function Journey() {
  const { platform, site } = useShell();
  const name = platform.app.name;
  const steps = [
    { done: installOf(site) !== null, text: `Install ${name} from the App Market` },
    {
      done: Boolean(installOf(site)?.plan),
      text: 'Upgrade inside the app and pay with a test card',
    },
    {
      done: platform.clockOffsetMs >= 86_400_000,
      text: 'Move the clock to the next billing cycle',
    },
  ];
  return (
    <Section title="Try the whole journey">
      <ol className="lp-journey">
        {steps.map(({ done, text }, index) => (
          <li data-done={done} key={text}>
            <span aria-hidden="true" className="lp-journey-mark">
              {done ? <CheckIcon size={16} /> : index + 1}
            </span>
            <span>{text}</span>
            {done && <span className="lp-visually-hidden">(done)</span>}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function LatestDeliveries() {
  const { data, error } = useDeliveries();
  const latest = data?.slice(0, SHOWN_DELIVERIES);
  return (
    <Section
      aside={
        <Link className="lp-link" to="/inspector">
          Open the inspector
        </Link>
      }
      title="Latest webhooks"
    >
      {!latest && !error && <p className="lp-muted">Loading deliveries…</p>}
      {!latest && error && (
        <p className="lp-inline-error" role="alert">
          {sentenceOf(error)}
        </p>
      )}
      {latest?.length === 0 && (
        <p className="lp-muted">None yet. Installing the app sends the first one.</p>
      )}
      {latest && latest.length > 0 && (
        <ul className="lp-latest">
          {latest.map(({ deliveryId, eventType, at, state }) => (
            <li key={deliveryId}>
              <Link to={`/inspector?delivery=${encodeURIComponent(deliveryId)}`}>{eventType}</Link>
              <span className="lp-muted">{formatDateTime(at)}</span>
              <StateBadge state={state} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

export function HomePage() {
  const { site } = useShell();
  return (
    <Page subtitle={site.url} title={site.name}>
      <div className="lp-grid">
        <div className="lp-stack">
          <YourApp />
          <Journey />
        </div>
        <div className="lp-stack">
          <Section title="Platform clock">
            <ClockPanel />
          </Section>
          <LatestDeliveries />
        </div>
      </div>
    </Page>
  );
}
