import { ErrorBoundary, WixProvider } from '@wixapp/react';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { LANGUAGES } from './messages/useAppMessages';
import { OverviewPage } from './overview/OverviewPage';
import { ReturnProvider } from './overview/ReturnProvider';
import { lazyPage } from './shell/lazyPage';
import { Shell } from './shell/Shell';

const PlansPage = lazyPage('plans', () => import('./plans/PlansPage'));
const HistoryPage = lazyPage('history', () => import('./history/HistoryPage'));
const UsagePage = lazyPage('usage', () => import('./usage/UsagePage'));
const JobsPage = lazyPage('jobs', () => import('./jobs/JobsPage'));
const SettingsPage = lazyPage('settings', () => import('./settings/SettingsPage'));

export function App() {
  return (
    <WixProvider languages={LANGUAGES}>
      <BrowserRouter>
        <ReturnProvider>
          <Shell>
            <ErrorBoundary>
              <Routes>
                <Route path="/" element={<OverviewPage />} />
                <Route path="/plans" element={<PlansPage />} />
                <Route path="/history" element={<HistoryPage />} />
                <Route path="/usage" element={<UsagePage />} />
                <Route path="/jobs" element={<JobsPage />} />
                <Route path="/settings" element={<SettingsPage />} />
                <Route path="*" element={<Navigate to="/" replace />} />
              </Routes>
            </ErrorBoundary>
          </Shell>
        </ReturnProvider>
      </BrowserRouter>
    </WixProvider>
  );
}
