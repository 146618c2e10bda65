import { Link } from 'react-router';
import type { Site } from '../api/types';
import { ClockChip } from '../clock/ClockChip';
import { CloseIcon, Mark, MenuIcon } from './icons';
import { SiteSwitcher } from './SiteSwitcher';

interface TopBarProps {
  site: Site | null;
  sites: Site[];
  isMenuOpen: boolean;
  menuId: string;
  onToggleMenu: () => void;
}

function initials(name: string): string {
  const letters = name.split(/\s+/).flatMap((word) => word.slice(0, 1));
  return letters.slice(0, 2).join('').toUpperCase() || '?';
}

export function TopBar({ site, sites, isMenuOpen, menuId, onToggleMenu }: TopBarProps) {
  return (
    <header className="lp-top-bar">
      <button
        aria-controls={menuId}
        aria-expanded={isMenuOpen}
        aria-label="Menu"
        className="lp-icon-button lp-menu-button"
        onClick={onToggleMenu}
        type="button"
      >
        {isMenuOpen ? <CloseIcon /> : <MenuIcon />}
      </button>
      <Link aria-label="Local platform, home" className="lp-brand" to="/">
        <Mark />
        <span className="lp-brand-name">
          local <strong>platform</strong>
        </span>
      </Link>
      {site && <SiteSwitcher site={site} sites={sites} />}
      <div className="lp-top-bar-end">
        <ClockChip />
        {site && (
          <span className="lp-avatar" title={`${site.ownerName}, site owner`}>
            <span aria-hidden="true">{initials(site.ownerName)}</span>
            <span className="lp-visually-hidden">Signed in as {site.ownerName}</span>
          </span>
        )}
      </div>
    </header>
  );
}
