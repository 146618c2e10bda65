import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { Link, Outlet, useParams } from 'react-router';
import { type LiveStatus, useLiveUpdates } from '../api/live';
import { usePlatformState } from '../api/queries';
import type { PlatformState, Site } from '../api/types';
import { ClockMovesProvider } from '../clock/ClockMoves';
import { Empty, Failure, Loading } from '../feedback/Feedback';
import { useKeptFocus } from './focus';
import { rememberedSite, rememberSite } from './remember';
import { SideMenu } from './SideMenu';
import { TopBar } from './TopBar';

interface ShellValue {
  platform: PlatformState;
  site: Site;
  live: LiveStatus;
}

const Context = createContext<ShellValue | null>(null);

/** What every page inside the dashboard's frame can rely on: the platform and the chosen site. */
export function useShell(): ShellValue {
  const value = useContext(Context);
  if (!value) throw new Error('useShell needs the Shell above it');
  return value;
}

/** The site of the address; on pages that belong to no site, the one last looked at. */
function chooseSite(sites: Site[], siteId: string | undefined): Site | null {
  if (siteId !== undefined) return sites.find((site) => site.siteId === siteId) ?? null;
  const last = rememberedSite();
  return sites.find((site) => site.siteId === last) ?? sites[0] ?? null;
}

interface FrameProps {
  platform: PlatformState | undefined;
  site: Site | null;
  children: ReactNode;
}

function Frame({ platform, site, children }: FrameProps) {
  const [isMenuOpen, setMenuOpen] = useState(false);
  const menuId = useId();
  const content = useRef<HTMLElement>(null);
  useKeptFocus(content);
  const closeMenu = () => setMenuOpen(false);
  return (
    <div className="lp-shell">
      <a className="lp-skip-link" href="#content">
        Skip to content
      </a>
      <TopBar
        isMenuOpen={isMenuOpen}
        menuId={menuId}
        onToggleMenu={() => setMenuOpen((open) => !open)}
        site={site}
        sites={platform?.sites ?? []}
      />
      {platform && site && (
        <SideMenu
          app={platform.app}
          isOpen={isMenuOpen}
          menuId={menuId}
          onNavigate={closeMenu}
          site={site}
        />
      )}
      {isMenuOpen && <div aria-hidden="true" className="lp-scrim" onClick={closeMenu} />}
      <main className="lp-content" id="content" ref={content} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

interface BodyProps {
  platform: PlatformState | undefined;
  site: Site | null;
  error: Error | null;
  onRetry: () => void;
}

function Body({ platform, site, error, onRetry }: BodyProps) {
  if (platform && site) return <Outlet />;
  if (platform) {
    return (
      <Empty
        text="It may have been removed, or the address is mistyped."
        title="No such site"
        wholePage
      >
        <Link className="lp-link" to="/">
          Go to the first site
        </Link>
      </Empty>
    );
  }
  if (!error) return <Loading what="the dashboard" />;
  const title = 'The local platform cannot be reached';
  return <Failure error={error} onRetry={onRetry} title={title} wholePage />;
}

function Inside({ live }: { live: LiveStatus }) {
  const { siteId } = useParams();
  const { data: platform, error, refetch } = usePlatformState();
  const site = platform ? chooseSite(platform.sites, siteId) : null;
  useEffect(() => {
    if (site) rememberSite(site.siteId);
  }, [site]);
  return (
    <Context.Provider value={platform && site ? { platform, site, live } : null}>
      <Frame platform={platform} site={site}>
        <Body error={error} onRetry={() => void refetch()} platform={platform} site={site} />
      </Frame>
    </Context.Provider>
  );
}

/** The dashboard's frame: top bar, side menu, live updates, and the page of the address. */
export function Shell() {
  const live = useLiveUpdates();
  return (
    <ClockMovesProvider>
      <Inside live={live} />
    </ClockMovesProvider>
  );
}
