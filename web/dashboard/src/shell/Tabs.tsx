import { Link } from 'react-router';

export interface Tab {
  /** Where the tab leads, usually a query such as `?days=7`. */
  to: string;
  text: string;
  isCurrent: boolean;
}

/** Views of one page as links: each has an address, opens in a new tab, and survives a reload. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ to, text, isCurrent }) => (
        <Link key={to} to={to} replace aria-current={isCurrent ? 'page' : undefined}>
          {text}
        </Link>
      ))}
    </nav>
  );
}
