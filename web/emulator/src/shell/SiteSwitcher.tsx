import { Link } from 'react-router';
import { isInstalled, runningPlan } from '../api/site';
import type { Site } from '../api/types';
import { useDisclosure } from './disclosure';
import { CheckIcon, ChevronIcon } from './icons';

interface SiteSwitcherProps {
  site: Site;
  sites: Site[];
}

/** What tells sites of the same name apart at a glance. */
function planOf(site: Site): string {
  if (!isInstalled(site)) return '';
  return ` · ${runningPlan(site)?.name ?? 'Free'}`;
}

export function SiteSwitcher({ site, sites }: SiteSwitcherProps) {
  const { isOpen, panelId, container, trigger, toggle, close } = useDisclosure();
  return (
    <div className="lp-popover-anchor lp-site-switcher" ref={container}>
      <button
        aria-controls={panelId}
        aria-expanded={isOpen}
        className="lp-site-button"
        onClick={toggle}
        ref={trigger}
        type="button"
      >
        <span className="lp-visually-hidden">Site:</span>
        <span className="lp-site-name" title={site.name} data-testid="site-name">
          {site.name}
        </span>
        <ChevronIcon size={16} />
      </button>
      {isOpen && (
        <nav aria-label="Sites" className="lp-popover lp-site-menu" id={panelId}>
          <p className="lp-muted">Sites on this platform</p>
          <ul>
            {sites.map((other) => (
              <li key={other.siteId}>
                <Link
                  aria-current={other.siteId === site.siteId ? 'true' : undefined}
                  className="lp-site-option"
                  onClick={close}
                  to={`/dashboard/${encodeURIComponent(other.siteId)}/home`}
                >
                  <span>
                    <strong>{other.name}</strong>
                    <span className="lp-muted">
                      {other.ownerName}
                      {planOf(other)}
                    </span>
                  </span>
                  {other.siteId === site.siteId && <CheckIcon />}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </div>
  );
}
