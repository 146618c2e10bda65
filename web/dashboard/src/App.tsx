import './shell/steps';
import { ErrorBoundary, WixProvider } from '@wixapp/react';
import { BrowserRouter, Navigate, Route, Routes, useLocation } from 'react-router';
import { LANGUAGES } from './messages/useAppMessages';
import { OverviewPage } from './overview/OverviewPage';
import { ReturnProvider } from './overview/ReturnProvider';
import { lazyPage } from './shell/lazyPage';
import { Shell } from './shell/Shell';
import { useHasPosts } from './shell/useHasPosts';

const PostsPage = lazyPage('posts', () => import('./posts/PostsPage'));
const ComposerPage = lazyPage('compose', () => import('./composer/ComposerPage'));
const PostPage = lazyPage('post', () => import('./post/PostPage'));
const CalendarPage = lazyPage('calendar', () => import('./calendar/CalendarPage'));
const NetworksPage = lazyPage('networks', () => import('./networks/NetworksPage'));
const ProfilesPage = lazyPage('profiles', () => import('./profiles/ProfilesPage'));
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
            <Pages />
          </Shell>
        </ReturnProvider>
      </BrowserRouter>
    </WixProvider>
  );
}

/** A page that crashed leaves the others as they are. */
function Pages() {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary resetKey={pathname}>
      <PageRoutes />
    </ErrorBoundary>
  );
}

function PageRoutes() {
  const hasPosts = useHasPosts();
  return (
    <Routes>
      <Route path="/" element={<OverviewPage />} />
      {hasPosts && (
        <>
          <Route path="/posts" element={<PostsPage />} />
          <Route path="/compose" element={<ComposerPage />} />
          <Route path="/post" element={<PostPage />} />
          <Route path="/calendar" element={<CalendarPage />} />
          <Route path="/networks" element={<NetworksPage />} />
          <Route path="/profiles" element={<ProfilesPage />} />
        </>
      )}
      <Route path="/plans" element={<PlansPage />} />
      <Route path="/history" element={<HistoryPage />} />
      <Route path="/usage" element={<UsagePage />} />
      <Route path="/jobs" element={<JobsPage />} />
      <Route path="/settings" element={<SettingsPage />} />
      <Route path="*" element={<Navigate to="/" replace />} />
    </Routes>
  );
}
