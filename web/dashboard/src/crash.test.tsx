import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { aStarterStatus, ok, openPage, startTestServer } from '@wixapp/react/testing';
import { expect, it, vi } from 'vitest';
import { App } from './App';
import { onAutopost } from './testing/routes';

vi.mock('./history/HistoryPage', () => ({
  default: () => {
    throw new Error('the page is broken');
  },
}));

const server = startTestServer();

it('a_page_that_crashes_leaves_the_others_as_they_are', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  server.msw.use(onAutopost('networks', () => ok({ networks: [] })));
  server.status = aStarterStatus();
  openPage();
  render(<App />);
  await userEvent.click(await screen.findByTestId('nav-history'));
  expect((await screen.findByTestId('error-screen')).textContent).toContain('unexpected problem');
  await userEvent.click(screen.getByTestId('nav-plans'));
  await screen.findByTestId('plan-card-starter');
  expect(screen.queryByTestId('error-screen')).toBeNull();
  await userEvent.click(screen.getByTestId('nav-history'));
  expect(await screen.findByTestId('error-screen')).toBeTruthy();
});
