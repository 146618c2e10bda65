import { Badge } from '@wix/design-system';
import { Link } from 'react-router';
import { isInstalled } from '../api/site';
import { AppIcon } from '../shell/AppIcon';
import { Page } from '../shell/Page';
import { useShell } from '../shell/Shell';

export function MarketPage() {
  const { platform, site } = useShell();
  const { app } = platform;
  return (
    <Page subtitle={`Apps you can add to ${site.name}`} title="App Market">
      <ul className="lp-market">
        <li>
          <Link
            className="lp-market-card"
            data-testid="market-app-card"
            to={encodeURIComponent(app.appId)}
          >
            <span className="lp-market-cover">
              <AppIcon app={app} size={72} />
            </span>
            <span className="lp-market-text">
              <strong>{app.name}</strong>
              <span className="lp-muted">By {app.developer}</span>
              <span>{app.tagline}</span>
            </span>
            <span className="lp-market-foot">
              {isInstalled(site) ? (
                <Badge size="small" skin="neutralSuccess" uppercase={false}>
                  Installed
                </Badge>
              ) : (
                <span className="lp-muted">
                  {platform.plans.length > 0 && 'Free plan available'}
                </span>
              )}
            </span>
          </Link>
        </li>
      </ul>
      <p className="lp-muted">
        The market of the local platform holds one app: the one you are building.
      </p>
    </Page>
  );
}
