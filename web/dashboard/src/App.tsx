import { ErrorBoundary, LoadingScreen, WixProvider } from '@wixapp/react';
import { lazy, Suspense } from 'react';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { LANGUAGES } from './messages/useAppMessages';
import { OverviewPage } from './overview/OverviewPage';
import { ReturnProvider } from './overview/ReturnProvider';
import { Shell } from './shell/Shell';

const PlansPage = lazy(() => import('./plans/PlansPage'));
const HistoryPage = lazy(() => import('./history/HistoryPage'));
const UsagePage = lazy(() => import('./usage/UsagePage'));
const JobsPage = lazy(() => import('./jobs/JobsPage'));
const SettingsPage = lazy(() => import('./settings/SettingsPage'));

export function App() {
  return (
    <WixProvider languages={LANGUAGES}>
      <BrowserRouter>
        <ReturnProvider>
          <Shell>
            <ErrorBoundary>
              <Suspense fallback={<LoadingScreen cards={[480]} />}>
                <Routes>
                  <Route path="/" element={<OverviewPage />} />
                  <Route path="/plans" element={<PlansPage />} />
                  <Route path="/history" element={<HistoryPage />} />
                  <Route path="/usage" element={<UsagePage />} />
                  <Route path="/jobs" element={<JobsPage />} />
                  <Route path="/settings" element={<SettingsPage />} />
                  <Route path="*" element={<Navigate to="/" replace />} />
                </Routes>
              </Suspense>
            </ErrorBoundary>
          </Shell>
        </ReturnProvider>
      </BrowserRouter>
    </WixProvider>
  );
}
