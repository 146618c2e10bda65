import { Button } from '@wix/design-system';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { useInstall } from '../api/actions';
import { isInstalled } from '../api/site';
import type { PlanOffer } from '../api/types';
import { ConfirmDialog } from '../feedback/ConfirmDialog';
import { Empty } from '../feedback/Feedback';
import { formatPrice } from '../format/money';
import { AppIcon } from '../shell/AppIcon';
import { BackIcon, CheckIcon } from '../shell/icons';
import { Section, useTitle } from '../shell/Page';
import { useShell } from '../shell/Shell';

/** What an installed app really gets from this platform. */
const PERMISSIONS = [
  'Read the site’s name, address, language and owner’s email address',
  'Be told about installs, plans, payments and invoices by webhook',
  'Create checkout pages and read what was bought',
];

function isFree(plan: PlanOffer): boolean {
  return Number(plan.priceMonthly) === 0;
}

function Plans({ plans }: { plans: PlanOffer[] }) {
  if (plans.length === 0) return <p className="lp-muted">This app sells no plans.</p>;
  return (
    <ul className="lp-plans">
      {plans.map((plan) => (
        <li key={plan.productId}>
          <strong>{plan.name}</strong>
          {isFree(plan) ? (
            <span>Free</span>
          ) : (
            <span>
              {formatPrice(plan.priceMonthly, plan.currency)} a month{' '}
              <span className="lp-muted">
                or {formatPrice(plan.priceYearly, plan.currency)} a year
              </span>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function InstallButton() {
  const { platform, site } = useShell();
  const { app } = platform;
  const [isAsking, setAsking] = useState(false);
  const navigate = useNavigate();
  const install = useInstall();
  const appPage = `/dashboard/${encodeURIComponent(site.siteId)}/app/${encodeURIComponent(app.appId)}`;
  if (isInstalled(site) && !install.isPending) {
    return (
      <Button as={Link} size="large" to={appPage}>
        Open app
      </Button>
    );
  }
  return (
    <>
      <Button data-testid="install-app" onClick={() => setAsking(true)} size="large">
        {site.install?.removed ? 'Add to site again' : 'Add to site'}
      </Button>
      {isAsking && (
        <ConfirmDialog
          busy={install.isPending}
          busyLabel="Installing…"
          confirmLabel="Agree & install"
          confirmTestId="confirm-install"
          error={install.error}
          onClose={() => {
            setAsking(false);
            install.reset();
          }}
          onConfirm={() => install.mutate(site.siteId, { onSuccess: () => void navigate(appPage) })}
          title={`Add ${app.name} to ${site.name}?`}
        >
          <p>{app.name} would like to:</p>
          <ul className="lp-permissions">
            {PERMISSIONS.map((permission) => (
              <li key={permission}>
                <CheckIcon size={18} />
                {permission}
              </li>
            ))}
          </ul>
        </ConfirmDialog>
      )}
    </>
  );
}

export function ListingPage() {
  const { platform } = useShell();
  const { appId } = useParams();
  const { app, plans } = platform;
  useTitle(app.name);
  if (appId !== app.appId) {
    return (
      <Empty text="The App Market has no app under this address." title="No such app" wholePage />
    );
  }
  return (
    <div className="lp-page">
      <Link className="lp-link lp-back" to="..">
        <BackIcon size={18} />
        App Market
      </Link>
      <div className="lp-listing-head">
        <AppIcon app={app} size={96} />
        <div className="lp-listing-title">
          <h1>{app.name}</h1>
          <p>{app.tagline}</p>
          <p className="lp-muted">By {app.developer}</p>
        </div>
        <InstallButton />
      </div>
      <div className="lp-grid">
        <Section title="About this app">
          <p className="lp-prose">{app.description}</p>
        </Section>
        <Section title="Pricing">
          <Plans plans={plans} />
        </Section>
      </div>
    </div>
  );
}
