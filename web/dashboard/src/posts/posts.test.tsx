import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { aJob, fail, NOW, ok, on } from '@wixapp/react/testing';
import { describe, expect, it } from 'vitest';
import { address, startAutopost } from '../testing/openAutopost';
import { aNetwork, aPost, aProfile } from '../testing/posts';
import { onAutopost, refuse } from '../testing/routes';
import type { NetworkResult } from './types';

const { server, autopost, open } = startAutopost();
const rows = () => screen.queryAllByTestId('post-row').map(({ dataset }) => dataset.id);
const click = async (id: string) => userEvent.click(await screen.findByTestId(id));
const toast = async () => (await screen.findByTestId('toast')).textContent;

describe('posts', () => {
  const three = () => [
    aPost({ id: 'post_3', text: 'Rolls' }),
    aPost({ id: 'post_2', text: 'Rye bread', state: 'published', networks: ['mastodon'] }),
    aPost({ id: 'post_1', text: 'White bread', state: 'scheduled', scheduledAt: NOW }),
  ];

  it('are_found_by_word_state_and_network_that_stand_in_the_address', async () => {
    autopost.posts = three();
    await open('/posts?q=bread');
    await waitFor(() => expect(rows()).toEqual(['post_2', 'post_1']));
    await userEvent.selectOptions(screen.getByTestId('posts-state'), 'Published');
    await waitFor(() => expect(rows()).toEqual(['post_2']));
    await userEvent.selectOptions(screen.getByTestId('posts-network'), 'Bluesky');
    await waitFor(() => expect(rows()).toEqual([]));
    expect(address()).toBe('/posts?state=published&q=bread&network=bluesky');
    await click('posts-clear');
    await waitFor(() => expect(rows()).toHaveLength(3));
    await userEvent.type(screen.getByTestId('posts-search'), 'rolls');
    expect(screen.getByTestId<HTMLInputElement>('posts-search').value).toBe('rolls');
    await waitFor(() => expect(address()).toBe('/posts?q=rolls'));
    await waitFor(() => expect(rows()).toEqual(['post_3']));
  });

  it('come_page_by_page', async () => {
    autopost.posts = three();
    autopost.pageSize = 2;
    await open('/posts');
    await click('posts-more');
    await waitFor(() => expect(rows()).toEqual(['post_3', 'post_2', 'post_1']));
    expect(screen.queryByTestId('posts-more')).toBeNull();
  });

  it('that_cannot_be_read_say_so_with_a_way_to_try_again', async () => {
    server.msw.use(onAutopost('posts', () => fail('malformed_json'), { once: true }));
    autopost.posts = three();
    await open('/posts');
    expect((await screen.findByTestId('request-id')).textContent).toContain('req_7');
    await click('error-retry');
    await waitFor(() => expect(rows()).toHaveLength(3));
  });
});

describe('a post', () => {
  const result = (
    network: NetworkResult['network'],
    state: NetworkResult['state'],
    more: Partial<NetworkResult> = {},
  ): NetworkResult => ({ network, state, ...more });
  const stateOf = (network: string) => screen.getByTestId(`result-${network}`).dataset.state;

  it('is_followed_live_to_a_result_on_each_network_and_retried_where_it_failed', async () => {
    const results = [
      result('fake', 'waiting', { jobId: 'job_fake' }),
      result('mastodon', 'waiting', { jobId: 'job_mastodon' }),
    ];
    autopost.posts = [aPost({ state: 'publishing', networks: ['fake', 'mastodon'], results })];
    server.msw.use(
      on('jobsShow', ({ params }) => ok(aJob({ jobId: params.jobId, progressPercent: 0 }))),
    );
    await open('/post?id=post_9');
    await screen.findByTestId('results');
    await waitFor(() => expect(server.connections).toBe(1));
    server.send('job', aJob({ jobId: 'job_mastodon', progressPercent: 40, currentStep: 'Text' }));
    await waitFor(() => expect(screen.getByTestId('percent-mastodon').textContent).toBe('40%'));
    const message = 'Mastodon refused the post: too blunt.';
    autopost.finish('post_9', {
      fake: { state: 'published', url: 'https://net.test/1' },
      mastodon: { state: 'failed', error: { code: 'refused', message } },
    });
    server.send('job', aJob({ jobId: 'job_mastodon', status: 'failed' }));
    await waitFor(() => expect(stateOf('mastodon')).toBe('failed'));
    expect(screen.getByTestId('results-sum').textContent).toBe('It is out on 1 of 2 networks.');
    expect(screen.getByTestId('result-link-fake').getAttribute('href')).toBe('https://net.test/1');
    expect(screen.getByTestId('result-mastodon').textContent).toContain(message);

    expect(screen.getByTestId('post-retry').textContent).toMatch(/for 1 credit$/);
    await click('post-retry');
    await waitFor(() => expect(stateOf('mastodon')).toBe('waiting'));
    expect(stateOf('fake')).toBe('published');
    expect(autopost.called('POST /posts/post_9/retry')).toEqual([
      { body: {}, key: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
  });

  it('says_that_it_waits_for_a_network_to_be_connected_again', async () => {
    autopost.networks = [aNetwork('mastodon', { state: 'reconnect' })];
    const results = [result('mastodon', 'waiting')];
    autopost.posts = [aPost({ state: 'publishing', networks: ['mastodon'], results })];
    await open('/post?id=post_9');
    const link = await screen.findByRole('link', { name: 'Connect again' });
    expect(link.getAttribute('href')).toBe('/networks');
  });

  it('is_stopped_where_it_waits', async () => {
    autopost.networks = [aNetwork('mastodon', { state: 'reconnect' })];
    const results = [result('mastodon', 'waiting', { jobId: 'job_1' })];
    autopost.posts = [aPost({ state: 'publishing', networks: ['mastodon'], results })];
    const error = { code: 'job_cancelled', message: 'The work was called off.' };
    let job = aJob();
    server.msw.use(
      on('jobsShow', () => ok(job), { at: { jobId: 'job_1' } }),
      on(
        'jobsCancel',
        () => {
          job = aJob({ status: 'cancelled', finishedAt: NOW });
          autopost.finish('post_9', { mastodon: { state: 'failed', error } });
          return ok(job);
        },
        { at: { jobId: 'job_1' } },
      ),
    );
    await open('/post?id=post_9');
    await userEvent.click(await screen.findByRole('button', { name: 'Stop: Mastodon' }));
    await screen.findByRole('dialog', { name: 'Stop publishing on Mastodon?' });
    await click('stop-now');
    expect(await toast()).toBe('Stopped; its credits came back.');
    await waitFor(() => expect(stateOf('mastodon')).toBe('failed'));
    expect(screen.getByTestId('result-mastodon').textContent).toContain(error.message);
    expect(screen.queryByTestId('result-stop-mastodon')).toBeNull();
  });

  it('gives_a_credit_back_only_where_one_was_taken', async () => {
    const error = { code: 'post_invalid', message: 'Write something for it.' };
    const results = [
      result('fake', 'failed', { error, jobId: 'job_1' }),
      result('mastodon', 'failed', { error }),
    ];
    autopost.posts = [aPost({ state: 'failed', networks: ['fake', 'mastodon'], results })];
    await open('/post?id=post_9');
    const told = async (network: string) =>
      (await screen.findByTestId(`result-${network}`)).textContent;
    expect(await told('fake')).toContain('The credit for it is yours again.');
    expect(await told('mastodon')).toContain(error.message);
    expect(await told('mastodon')).not.toContain('credit');
  });

  it('links_to_nothing_that_is_no_web_address', async () => {
    const results = [result('fake', 'published', { url: 'javascript:alert(1)' })];
    autopost.posts = [aPost({ state: 'published', results })];
    await open('/post?id=post_9');
    await screen.findByText('Fake network gave no link to it.');
    expect(screen.queryByTestId('result-link-fake')).toBeNull();
  });

  it('is_taken_out_of_the_schedule_copied_and_deleted', async () => {
    autopost.posts = [aPost({ state: 'scheduled', scheduledAt: '2026-12-01T09:00:00Z' })];
    await open('/post?id=post_9');
    await click('post-unschedule');
    await waitFor(() => expect(screen.getByTestId('post-page').dataset.state).toBe('draft'));
    await click('post-duplicate');
    await waitFor(() => expect(address()).toBe('/compose?post=post_1'));
    await userEvent.click(screen.getByTestId('nav-posts'));
    await waitFor(() => expect(rows()).toHaveLength(2));
    const [first] = screen.getAllByRole('link', { name: 'Fresh bread from seven on.' });
    if (first) await userEvent.click(first);
    await click('post-delete');
    expect(autopost.posts).toHaveLength(2);
    await click('post-delete-now');
    await waitFor(() => expect(address()).toBe('/posts'));
    await waitFor(() => expect(rows()).toHaveLength(1));
  });

  it.each(['/post', '/post?id=post_404', '/compose?post=post_404'])(
    'that_is_not_there_is_said_to_be_missing: %s',
    async (path) => {
      await open(path);
      await screen.findByText('There is no such post');
    },
  );
});

describe('the calendar', () => {
  it('is_walked_by_keys_and_shows_the_posts_of_the_day', async () => {
    autopost.posts = [
      aPost({
        id: 'post_1',
        state: 'scheduled',
        scheduledAt: new Date(2026, 10, 24, 9).toISOString(),
      }),
      aPost({ id: 'post_2' }),
    ];
    await open('/calendar?view=month&day=2026-11-23');
    const day = await screen.findByTestId('day-2026-11-23');
    day.focus();
    await userEvent.keyboard('{ArrowRight}');
    await waitFor(() => expect(rows()).toEqual(['post_1']));
    expect(document.activeElement).toBe(screen.getByTestId('day-2026-11-24'));
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Tuesday, November 24, 1 post');
    expect(screen.getByTestId('new-on-2026-11-24').getAttribute('href')).toBe(
      '/compose?day=2026-11-24',
    );
    await userEvent.keyboard('{PageDown}{Home}');
    await waitFor(() => expect(address()).toBe('/calendar?view=month&day=2026-12-20'));
    expect(screen.getByTestId('calendar-title').textContent).toBe('December 2026');
    await click('calendar-today');
    expect(screen.getByTestId('calendar-title').textContent).toBe('November 2026');
  });

  it('shows_a_week_day_by_day', async () => {
    await open('/calendar?view=week&day=2026-11-24');
    const week = await screen.findByTestId('week');
    expect(within(week).getAllByRole('region')).toHaveLength(7);
    await click('calendar-next');
    await waitFor(() => expect(address()).toBe('/calendar?view=week&day=2026-12-01'));
  });
});

describe('networks', () => {
  it('are_connected_with_what_they_ask_for_and_say_why_they_refuse', async () => {
    server.msw.use(
      onAutopost('connect', () => refuse('network_refused', 'Bluesky: no.'), {
        at: { network: 'bluesky' },
        once: true,
      }),
    );
    await open('/networks');
    await click('connect-bluesky');
    await click('connect-now');
    expect((await screen.findAllByText('This is needed.')).length).toBe(2);
    await userEvent.type(screen.getByTestId('field-handle'), ' maya.example.com ');
    await userEvent.type(screen.getByTestId('field-password'), 'xxxx');
    expect(screen.getByTestId('field-password').getAttribute('type')).toBe('password');
    await click('connect-now');
    await waitFor(() =>
      expect(screen.getByTestId('connect-problem').textContent).toBe('Bluesky: no.'),
    );
    await click('connect-now');
    expect(await toast()).toBe('Bluesky is connected.');
    expect(autopost.called('PUT /networks/bluesky')[0]?.body).toEqual({
      fields: { handle: 'maya.example.com', password: 'xxxx' },
    });
    expect(screen.getByTestId('network-bluesky').dataset.state).toBe('connected');
  });

  it('are_disconnected_after_a_clear_word', async () => {
    await open('/networks');
    await click('disconnect-mastodon');
    expect(autopost.calls).toEqual([]);
    await click('disconnect-now');
    expect(await toast()).toBe('Mastodon is disconnected.');
    await waitFor(() =>
      expect(screen.getByTestId('network-mastodon').dataset.state).toBe('disconnected'),
    );
  });
});

describe('profiles', () => {
  it('are_created_changed_and_deleted', async () => {
    await open('/profiles');
    await click('profile-first');
    await click('profile-save');
    await screen.findByText('A profile needs a name.');
    await userEvent.type(screen.getByTestId('profile-name'), 'Bakery');
    await userEvent.type(screen.getByTestId('profile-hashtags'), '#bread, rolls #Bread');
    await click('profile-save');
    expect(await toast()).toBe('The profile is saved.');
    expect(autopost.profiles[0]).toMatchObject({ hashtags: ['bread', 'rolls'], isDefault: true });
    await click('profile-edit');
    await userEvent.type(screen.getByTestId('profile-tone'), 'Warm');
    await click('profile-save');
    await waitFor(() => expect(autopost.profiles[0]?.tone).toBe('Warm'));
    await click('profile-delete');
    await click('profile-delete-now');
    await screen.findByText('No profile yet');
  });

  it('that_somebody_else_has_changed_are_not_overwritten', async () => {
    autopost.profiles = [aProfile()];
    await open('/profiles');
    await click('profile-edit');
    autopost.profiles = [aProfile({ version: 2 })];
    await click('profile-save');
    await waitFor(() =>
      expect(screen.getByTestId('profile-problem').textContent).toMatch(/changed somewhere else/),
    );
  });
});
