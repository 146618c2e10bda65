import { render, screen } from '@testing-library/react';
import type { UserStatus } from '@wixapp/react';
import { aStarterStatus, openPage, startTestServer } from '@wixapp/react/testing';
import { beforeEach } from 'vitest';
import { App } from '../App';
import { AutopostServer } from './autopost';

/** Autopost's server for the tests of one file, and the way to its pages. */
export function startAutopost() {
  const server = startTestServer();
  const autopost = new AutopostServer();
  beforeEach(() => {
    autopost.reset();
    server.msw.use(...autopost.handlers());
  });
  return {
    server,
    autopost,
    async open(path: string, status: UserStatus = aStarterStatus()) {
      server.status = status;
      openPage();
      const [place, query = ''] = path.split('?');
      window.history.replaceState(null, '', `${place}?instance=token-1&${query}`);
      render(<App />);
      await screen.findByTestId('app-ready');
    },
  };
}

/** The address of the page, without the mark that an empty query leaves. */
export const address = () =>
  (window.location.pathname + window.location.search).replace(/[&?]$/, '');
