import { Heading, Text } from '@wix/design-system';
import {
  ConnectionStatus,
  LoadingScreen,
  SessionGate,
  ToastHost,
  useBiEvent,
  useMessages,
  useWixContext,
} from '@wixapp/react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation, useMatch } from 'react-router';
import { useAppMessages } from '../messages/useAppMessages';
import { usePaymentReturn } from '../overview/ReturnProvider';
import { useAreBannersKnown } from '../overview/useBanners';
import { lazyPage } from './lazyPage';
import { useHasPosts } from './useHasPosts';
import { useKeptFocus } from './useKeptFocus';

/** The App Market opens the pricing page without a token. */
const PublicPlansPage = lazyPage('public-plans', () => import('../plans/PublicPlansPage'));

/** Heights of the overview's cards, so that the skeleton stands where they will. */
const FIRST_CARDS = [220, 220, 380, 380];

const PAGES = [
  ['/', 'overview'],
  ['/posts', 'posts'],
  ['/calendar', 'calendar'],
  ['/networks', 'networks'],
  ['/profiles', 'profiles'],
  ['/plans', 'plans'],
  ['/history', 'history'],
  ['/usage', 'usage'],
  ['/jobs', 'jobs'],
  ['/settings', 'settings'],
] as const;

/** Pages that only an app with posts has. */
const OF_POSTS: readonly string[] = ['posts', 'calendar', 'networks', 'profiles'];

/** Pages that are reached from another one and not from the bar, which shows that one. */
const BELOW: Record<string, string> = { '/compose': '/posts', '/post': '/posts' };

/** Frame of every page: name, navigation, connection, and the gate that keeps strangers out. */
export function Shell({ children }: { children: ReactNode }) {
  const { session } = useWixContext();
  const { app } = useAppMessages();
  const { pending } = usePaymentReturn();
  const isPricing = useMatch('/plans') !== null;
  const hasPosts = useHasPosts();
  const content = useRef<HTMLElement>(null);
  useKeptFocus(content);
  const isKnown = useAreBannersKnown() && hasPosts !== undefined;
  useBiEvent('APP_DASHBOARD_LOADED', { onShow: true });

  return (
    <div className="shell">
      <a className="shell__skip" href="#content">
        {app.skip}
      </a>
      <header className="shell__header">
        <div className="shell__inner">
          <div className="shell__bar">
            <img src="/favicon.svg" width="32" height="32" alt="" />
            <Heading as="h1" size="medium">
              {app.name}
            </Heading>
            <span className="shell__connection">{session === 'ok' && <ConnectionStatus />}</span>
          </div>
          <Navigation isActive={session === 'ok' && hasPosts !== undefined} />
        </div>
      </header>
      <Offline />
      <main ref={content} id="content" className="shell__inner shell__content" tabIndex={-1}>
        <SessionGate
          loading={<FirstLoad />}
          isAfterPayment={pending?.payment === 'success'}
          {...(isPricing ? { missing: <PublicPlansPage /> } : {})}
        >
          {isKnown ? <div data-testid="app-ready">{children}</div> : <FirstLoad />}
        </SessionGate>
      </main>
      <ToastHost />
    </div>
  );
}

function FirstLoad() {
  return (
    <div className="page">
      <div className="page-head page-head--loading" aria-hidden="true">
        <span className="wxa-bone wxa-bone--title" />
        <span className="wxa-bone wxa-bone--short" />
      </div>
      <LoadingScreen cards={FIRST_CARDS} layout="grid" />
    </div>
  );
}

function Navigation({ isActive }: { isActive: boolean }) {
  const { app, nav } = useAppMessages();
  const hasPosts = useHasPosts();
  const { pathname } = useLocation();
  const { locale } = useWixContext().instanceData;
  const bar = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page is another place in the bar, and each language moves them all
  useEffect(() => {
    const element = bar.current;
    if (element === null) return;
    // The bar gets its size with the style sheet, which may come after the script.
    const observer = new ResizeObserver(() => showCurrent(element));
    observer.observe(element);
    return () => observer.disconnect();
  }, [pathname, isActive, locale]);
  if (!isActive) return <div className="shell__nav" />;
  return (
    <nav ref={bar} className="shell__nav" aria-label={app.navigation}>
      {PAGES.filter(([, name]) => hasPosts || !OF_POSTS.includes(name)).map(([to, name]) => (
        <Link key={to} to={to} aria-current={currentOf(to, pathname)} data-testid={`nav-${name}`}>
          {nav[name]}
        </Link>
      ))}
    </nav>
  );
}

function currentOf(to: string, pathname: string): 'page' | 'true' | undefined {
  const here = pathname.replace(/(.)\/+$/, '$1');
  if (here === to) return 'page';
  return BELOW[here] === to ? 'true' : undefined;
}

/** On a phone the bar is wider than the screen: brings the page that is open into its middle. */
function showCurrent(bar: HTMLElement): void {
  const current = bar.querySelector('[aria-current]');
  if (current === null) return;
  const middle = ({ left, width }: DOMRect) => left + width / 2;
  bar.scrollLeft += middle(current.getBoundingClientRect()) - middle(bar.getBoundingClientRect());
}

function Offline() {
  const { isOnline } = useWixContext();
  const { live } = useMessages();
  return (
    <div role="status">
      {!isOnline && (
        <p className="shell__offline" data-testid="offline">
          <Text size="small">{live.offline}</Text>
        </p>
      )}
    </div>
  );
}
