import { Button } from '@wix/design-system';
import { useState } from 'react';
import { Link } from 'react-router';
import { useInstall, useUninstall } from '../api/actions';
import { installOf } from '../api/site';
import type { Install } from '../api/types';
import { ConfirmDialog } from '../feedback/ConfirmDialog';
import { Empty, sentenceOf } from '../feedback/Feedback';
import { formatDate } from '../format/time';
import { AppIcon } from '../shell/AppIcon';
import { Page, Section } from '../shell/Page';
import { useShell } from '../shell/Shell';
import { AppSettings } from './AppSettings';
import { Charges } from './Charges';
import { Invoices } from './Invoices';
import { CardSwitch, EndPlan, SwitchPlan } from './PlanChanges';
import { AutoRenew, PlanFacts } from './PlanDetails';
import { SiteActions } from './SiteActions';

function Uninstall() {
  const { platform, site } = useShell();
  const [isAsking, setAsking] = useState(false);
  const uninstall = useUninstall();
  return (
    <>
      <Button
        data-testid="uninstall-app"
        onClick={() => setAsking(true)}
        priority="secondary"
        skin="destructive"
      >
        Uninstall
      </Button>
      {isAsking && (
        <ConfirmDialog
          busy={uninstall.isPending}
          busyLabel="Uninstalling…"
          confirmLabel="Uninstall"
          confirmTestId="confirm"
          destructive
          error={uninstall.error}
          onClose={() => {
            setAsking(false);
            uninstall.reset();
          }}
          onConfirm={() => uninstall.mutate(site.siteId)}
          title={`Uninstall ${platform.app.name}?`}
        >
          <p>
            The app is told at once and disappears from {site.name}. Its instance id stays the same
            when it is installed again.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

function InstalledApp({ install }: { install: Install }) {
  const { platform, site } = useShell();
  const { app } = platform;
  const appPage = `/dashboard/${encodeURIComponent(site.siteId)}/app/${encodeURIComponent(app.appId)}`;
  const { plan } = install;
  return (
    <>
      <section aria-label={app.name} className="lp-card">
        <div className="lp-manage-head">
          <AppIcon app={app} size={48} />
          <div className="lp-app-row-text">
            <h2>{app.name}</h2>
            <span className="lp-muted">
              Installed on {formatDate(install.installedAt)} · Instance{' '}
              <code>{install.instanceId}</code>
            </span>
          </div>
          <Button as={Link} priority="secondary" to={appPage}>
            Open
          </Button>
        </div>
        <div className="lp-card-body">
          {plan ? (
            <PlanFacts plan={plan} />
          ) : (
            <p data-testid="manage-plan">
              <strong>Free plan.</strong>{' '}
              <span className="lp-muted">Upgrade on the app’s own pricing page.</span>
            </p>
          )}
          <div className="lp-actions">
            <SwitchPlan instanceId={install.instanceId} plan={plan} />
            {plan && <AutoRenew instanceId={install.instanceId} plan={plan} />}
            {plan && <CardSwitch instanceId={install.instanceId} plan={plan} />}
            {plan && <EndPlan instanceId={install.instanceId} plan={plan} />}
            <Uninstall />
          </div>
        </div>
      </section>
      <Section title="Invoices">
        <Invoices instanceId={install.instanceId} plan={plan} />
      </Section>
      <Charges instanceId={install.instanceId} />
    </>
  );
}

function RemovedApp() {
  const { platform, site } = useShell();
  const reinstall = useInstall();
  return (
    <section aria-label={platform.app.name} className="lp-card">
      <div className="lp-manage-head">
        <AppIcon app={platform.app} size={48} />
        <div className="lp-app-row-text">
          <h2>{platform.app.name}</h2>
          <span className="lp-muted">Uninstalled. Its instance id is kept for this site.</span>
        </div>
        <Button
          data-testid="reinstall-app"
          disabled={reinstall.isPending}
          onClick={() => reinstall.mutate(site.siteId)}
        >
          {reinstall.isPending ? 'Installing…' : 'Install again'}
        </Button>
      </div>
      {reinstall.error && (
        <p className="lp-inline-error" role="alert">
          {sentenceOf(reinstall.error)}
        </p>
      )}
    </section>
  );
}

export function ManagePage() {
  const { site } = useShell();
  const install = installOf(site);
  return (
    <Page subtitle={`Plans and billing of the apps on ${site.name}`} title="Manage Apps">
      {install && <InstalledApp install={install} />}
      {!install && site.install && <RemovedApp />}
      {!site.install && (
        <Empty
          text="Apps you install appear here with their plan and invoices."
          title="No apps yet"
        >
          <Button as={Link} to={`/dashboard/${encodeURIComponent(site.siteId)}/app-market`}>
            Go to the App Market
          </Button>
        </Empty>
      )}
      <SiteActions />
      <AppSettings />
    </Page>
  );
}
