import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import { isInstalled } from '../api/site';
import type { AppListing, Site } from '../api/types';
import { AppIcon } from './AppIcon';
import { AppsIcon, ClockIcon, HomeIcon, InspectorIcon, MarketIcon } from './icons';

interface SideMenuProps {
  app: AppListing;
  site: Site;
  isOpen: boolean;
  menuId: string;
  onNavigate: () => void;
}

interface ItemProps {
  to: string;
  testId: string;
  icon: ReactNode;
  children: ReactNode;
  onNavigate: () => void;
}

function Item({ to, testId, icon, children, onNavigate }: ItemProps) {
  return (
    <li>
      <NavLink className="lp-nav-item" data-testid={testId} onClick={onNavigate} to={to}>
        {icon}
        <span className="lp-nav-label">{children}</span>
      </NavLink>
    </li>
  );
}

export function SideMenu({ app, site, isOpen, menuId, onNavigate }: SideMenuProps) {
  const base = `/dashboard/${encodeURIComponent(site.siteId)}`;
  const item = { onNavigate };
  return (
    <nav aria-label="Dashboard" className="lp-side-menu" data-open={isOpen} id={menuId}>
      <ul>
        <Item icon={<HomeIcon />} testId="nav-home" to={`${base}/home`} {...item}>
          Home
        </Item>
        <Item icon={<MarketIcon />} testId="nav-app-market" to={`${base}/app-market`} {...item}>
          App Market
        </Item>
      </ul>
      <p className="lp-nav-heading">Installed apps</p>
      <ul>
        {isInstalled(site) ? (
          <Item
            icon={<AppIcon app={app} size={20} />}
            testId="nav-app"
            to={`${base}/app/${encodeURIComponent(app.appId)}`}
            {...item}
          >
            {app.name}
          </Item>
        ) : (
          <li className="lp-nav-empty">No apps yet</li>
        )}
        <Item icon={<AppsIcon />} testId="nav-manage-apps" to={`${base}/manage-apps`} {...item}>
          Manage Apps
        </Item>
      </ul>
      <p className="lp-nav-heading">Developer</p>
      <ul>
        <Item icon={<InspectorIcon />} testId="nav-inspector" to="/inspector" {...item}>
          Inspector
        </Item>
        <Item icon={<ClockIcon />} testId="nav-lab" to="/lab" {...item}>
          Time and chaos
        </Item>
      </ul>
    </nav>
  );
}
