import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { WixDesignSystemProvider } from '@wix/design-system';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter, RouterProvider } from 'react-router';
import '@wix/design-system/styles.global.css';
import './styles/index.css';
import { shouldRetry } from './api/queries';
import { routes } from './routes';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

const client = new QueryClient({
  // Always asked, whatever the browser thinks of its network: the platform is on this machine.
  defaultOptions: {
    queries: { retry: shouldRetry, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
});

createRoot(root).render(
  <StrictMode>
    <WixDesignSystemProvider>
      <QueryClientProvider client={client}>
        <RouterProvider router={createBrowserRouter(routes)} />
      </QueryClientProvider>
    </WixDesignSystemProvider>
  </StrictMode>,
);
