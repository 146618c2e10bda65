import { Button } from '@wix/design-system';
import { Link, Navigate, type RouteObject } from 'react-router';
import { AppPage } from './app-page/AppPage';
import { CheckoutPage } from './checkout/CheckoutPage';
import { Empty } from './feedback/Feedback';
import { HomePage } from './home/HomePage';
import { InspectorPage } from './inspector/InspectorPage';
import { LabPage } from './lab/LabPage';
import { ManagePage } from './manage/ManagePage';
import { ListingPage } from './market/ListingPage';
import { MarketPage } from './market/MarketPage';
import { useTitle } from './shell/Page';
import { Shell, useShell } from './shell/Shell';

function ToHome() {
  const { site } = useShell();
  return <Navigate replace to={`/dashboard/${encodeURIComponent(site.siteId)}/home`} />;
}

function NotFound() {
  useTitle('Page not found');
  return (
    <Empty text="The address is mistyped or out of date." title="No such page" wholePage>
      <Link className="lp-link" to="/">
        Go to the dashboard
      </Link>
    </Empty>
  );
}

/** The last resort: a page that fails to draw says so and offers a reload, instead of going blank. */
function PageFailed() {
  return (
    <Empty
      text="Reloading usually helps. The data on the platform is not affected."
      title="This page could not be shown"
      wholePage
    >
      <Button onClick={() => window.location.reload()}>Reload</Button>
    </Empty>
  );
}

const site: RouteObject[] = [
  { index: true, element: <ToHome /> },
  { path: 'home', element: <HomePage /> },
  { path: 'app-market', element: <MarketPage /> },
  { path: 'app-market/:appId', element: <ListingPage /> },
  { path: 'app/:appId/*', element: <AppPage /> },
  { path: 'manage-apps', element: <ManagePage /> },
  { path: '*', element: <NotFound /> },
];

export const routes: RouteObject[] = [
  {
    element: <Shell />,
    errorElement: <PageFailed />,
    children: [
      {
        // Inside the shell, so that a failing page leaves the menu standing.
        errorElement: <PageFailed />,
        children: [
          { index: true, element: <ToHome /> },
          { path: 'dashboard/:siteId', children: site },
          { path: 'inspector', element: <InspectorPage /> },
          { path: 'lab', element: <LabPage /> },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
  { path: 'checkout/:token', element: <CheckoutPage />, errorElement: <PageFailed /> },
];
