import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  type Answer,
  aUsage,
  fail,
  lost,
  ok,
  on,
  openPage,
  startTestServer,
} from '@wixapp/react/testing';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../App';
import type { NetworkList } from '../posts/types';
import { onAutopost } from '../testing/routes';

const server = startTestServer();
const OF_EVERY_APP = ['overview', 'plans', 'history', 'usage', 'jobs', 'settings'];
const OF_POSTS = ['posts', 'calendar', 'networks', 'profiles'];

type Networks = Answer<NetworkList>;

/** The app's answer to who asks for its networks; how often that was asked. */
function answer(reply: () => Networks | Promise<Networks>) {
  let asked = 0;
  server.msw.use(
    onAutopost('networks', () => {
      asked += 1;
      return reply();
    }),
  );
  return () => asked;
}
const missing = () => fail('not_found');
const offered = (): Networks => ok({ networks: [] });

function start(path = '/') {
  openPage();
  window.history.replaceState(null, '', `${path}?instance=token-1`);
  render(<App />);
}
async function open(path?: string) {
  start(path);
  await screen.findByTestId('app-ready');
}
const entries = () =>
  screen.queryAllByTestId(/^nav-/).map(({ dataset }) => dataset.testid?.replace('nav-', ''));

describe('an app with posts', () => {
  it('has_all_pages_and_is_asked_once', async () => {
    const asked = answer(offered);
    await open();
    expect(entries()).toHaveLength(OF_EVERY_APP.length + OF_POSTS.length);
    expect(entries()).toEqual(expect.arrayContaining(OF_POSTS));
    expect(screen.getByTestId('post-text')).toBeTruthy();
    await userEvent.click(screen.getByTestId('nav-jobs'));
    await screen.findByText('Publish a post and watch it here, step by step.');
    await userEvent.click(screen.getByTestId('nav-overview'));
    expect(asked()).toBe(1);
  });

  it.each([
    ['broken', () => fail('internal')],
    ['busy', () => fail('rate_limited')],
    ['out_of_reach', () => lost()],
  ])('keeps_its_pages_while_it_is_%s', async (_, reply) => {
    const asked = answer(reply);
    await open();
    expect(entries()).toEqual(expect.arrayContaining(OF_POSTS));
    expect(asked()).toBe(1);
  });
});

describe('an app without posts', () => {
  it('has_the_pages_of_every_app_and_no_other', async () => {
    const asked = answer(missing);
    await open();
    expect(entries()).toEqual(OF_EVERY_APP);
    expect(screen.getByTestId('plan-name').textContent).toBe('Free');
    expect(screen.queryByTestId('post-text')).toBeNull();
    await screen.findByText(/What the app does in the background/);
    expect(asked()).toBe(1);
  });

  it.each(['/posts', '/compose', '/post', '/calendar', '/networks', '/profiles'])(
    'leads_to_its_first_page_from_one_that_it_has_not: %s',
    async (path) => {
      answer(missing);
      await open(path);
      await screen.findByTestId('plan-name');
      expect([window.location.pathname, document.title]).toEqual(['/', 'Overview · Autopost']);
    },
  );

  it('points_to_nothing_that_it_cannot_do', async () => {
    answer(missing);
    const nothing = { ...aUsage(), credits: 0, days: [] };
    server.msw.use(on('creditsUsage', () => ok(nothing)));
    await open('/usage');
    const empty = await screen.findByTestId('empty-state');
    expect(empty.querySelector('a')).toBeNull();
  });

  it('gives_the_data_that_it_has', async () => {
    answer(missing);
    const blobs: Blob[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      blobs.push(blob as Blob);
      return 'blob:1';
    });
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
    await open('/settings');
    await userEvent.click(await screen.findByTestId('data-export'));
    await waitFor(() => expect(blobs).toHaveLength(1));
    const data = JSON.parse((await blobs[0]?.text()) ?? '{}');
    expect(Object.keys(data)).toEqual(['exportedAt', 'status', 'notices', 'jobs', 'history']);
    await userEvent.click(screen.getByTestId('data-delete'));
    const dialog = await screen.findByTestId('delete-dialog');
    expect(dialog.textContent).toContain('what the app has stored for your site');
    expect(dialog.textContent).not.toContain('brand profiles');
  });
});

it.each([
  ['with', offered, '/networks'],
  ['without', missing, '/'],
])('shows_nothing_that_moves_or_goes_before_it_is_known: %s', async (_, reply, path) => {
  let tell = () => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  answer(async () => {
    await told;
    return reply();
  });
  start('/networks');
  const skeleton = screen.getByTestId('loading-screen');
  const status = () => screen.getByTestId('connection-status').textContent;
  await waitFor(() => expect(status()).toBe('Connected to Wix'));
  expect([entries(), screen.queryByTestId('app-ready')]).toEqual([[], null]);
  expect(window.location.pathname).toBe('/networks');
  expect(skeleton.isConnected).toBe(true);
  tell();
  await screen.findByTestId('app-ready');
  expect(window.location.pathname).toBe(path);
});
