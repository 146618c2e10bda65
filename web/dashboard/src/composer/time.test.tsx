import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { fail } from '@wixapp/react/testing';
import { describe, expect, it } from 'vitest';
import { startAutopost } from '../testing/openAutopost';
import { aPost } from '../testing/posts';
import { onAutopost } from '../testing/routes';

const { server, autopost, open } = startAutopost();
const field = (id: string) => screen.findByTestId<HTMLInputElement>(id);
/** All at once: the composer is drawn anew for each letter. */
const write = async (text: string) => {
  await userEvent.click(await field('composer-text'));
  await userEvent.paste(text);
};
const run = () => userEvent.click(screen.getByTestId('composer-run'));
const problems = () => screen.queryAllByTestId('problem').map(({ textContent }) => textContent);

describe('a time', () => {
  it('schedules_the_post_and_not_one_that_has_passed', async () => {
    await open('/compose?day=2026-11-24');
    await write('Later');
    const at = await field('when-at');
    expect(at.value).toBe('2026-11-24T09:00');
    await userEvent.clear(at);
    await run();
    expect(problems()).toEqual(['Choose a date and a time.']);
    await userEvent.type(at, '2020-01-01T09:00');
    await waitFor(() => expect(problems()[0]).toMatch(/That moment has passed/));
    await userEvent.clear(at);
    await userEvent.type(at, '2026-11-25T10:30');
    await run();
    await screen.findByText('Your post is scheduled.');
    expect(autopost.called('POST /posts/post_1/schedule')[0]?.body).toEqual({
      scheduledAt: new Date(2026, 10, 25, 10, 30).toISOString(),
    });
  });

  it('stays_while_the_words_of_a_scheduled_post_change', async () => {
    const scheduledAt = '2026-12-01T09:00:00.000Z';
    autopost.posts = [aPost({ state: 'scheduled', scheduledAt })];
    await open('/compose?post=post_9');
    await write(' Really.');
    await userEvent.click(screen.getByTestId('composer-save'));
    await screen.findByText('Your post is saved.');
    expect(autopost.called('PUT /posts/post_9')[0]?.body).toMatchObject({
      scheduledAt,
      version: 1,
    });
    expect(autopost.posts[0]?.state).toBe('scheduled');
  });

  const ahead = '2026-12-01T09:00:30Z';
  const saved = () => autopost.called('PUT /posts/post_9').map(({ body }) => body);
  const timeOf = () => autopost.posts.map(({ state, scheduledAt }) => [state, scheduledAt])[0];
  const save = () => userEvent.click(screen.getByTestId('composer-save'));
  const isClean = () =>
    screen.getByTestId('composer-save').getAttribute('aria-disabled') === 'true';

  it('of_a_scheduled_post_is_moved_by_saving_and_kept_to_the_second_while_nobody_moves_it', async () => {
    autopost.posts = [aPost({ state: 'scheduled', scheduledAt: ahead })];
    await open('/compose?post=post_9');
    await write(' Really.');
    await save();
    await waitFor(() => expect(isClean()).toBe(true));
    const at = await field('when-at');
    await userEvent.clear(at);
    await userEvent.type(at, '2026-11-25T10:30');
    await save();
    await waitFor(() => expect(saved()).toHaveLength(2));
    const moved = new Date(2026, 10, 25, 10, 30).toISOString();
    expect(saved()).toMatchObject([{ scheduledAt: ahead }, { scheduledAt: moved }]);
    await waitFor(() => expect(isClean()).toBe(true));
    expect(timeOf()).toEqual(['scheduled', moved]);
  });

  it('of_a_scheduled_post_is_not_moved_to_nowhere', async () => {
    autopost.posts = [aPost({ state: 'scheduled', scheduledAt: ahead })];
    await open('/compose?post=post_9');
    await userEvent.clear(await field('when-at'));
    await save();
    expect(problems()).toEqual(['Choose a date and a time.']);
    expect(autopost.calls).toEqual([]);
  });

  it('is_taken_off_a_scheduled_post_that_is_saved_for_now', async () => {
    autopost.posts = [aPost({ state: 'scheduled', scheduledAt: ahead })];
    await open('/compose?post=post_9');
    await userEvent.click(await field('when-now'));
    await save();
    await screen.findByText('The post is a draft again.');
    expect(saved()[0]).not.toHaveProperty('scheduledAt');
    expect(timeOf()).toEqual(['draft', null]);
  });

  it.each([
    ['missed', '2026-11-20T09:00:00Z'],
    ['failed', '2026-11-20T09:00:00Z'],
    ['failed', ahead],
  ] as const)('of_a_post_that_is_%s_is_over_when_it_is_saved: %s', async (state, scheduledAt) => {
    autopost.posts = [aPost({ state, scheduledAt })];
    await open('/compose?post=post_9');
    await write(' Really.');
    await save();
    await screen.findByText('Your post is saved.');
    expect(saved()[0]).not.toHaveProperty('scheduledAt');
    expect(timeOf()).toEqual(['draft', null]);
  });

  it('does_not_come_back_after_the_post_was_published_at_once_and_failed', async () => {
    autopost.posts = [aPost({ state: 'scheduled', scheduledAt: ahead })];
    await open('/compose?post=post_9');
    await userEvent.click(await field('when-now'));
    await run();
    await screen.findByTestId('results');
    expect(timeOf()).toEqual(['publishing', null]);
    autopost.finish('post_9', { fake: { state: 'failed' } });
    cleanup();
    await open('/compose?post=post_9');
    await write(' Really.');
    await save();
    await screen.findByText('Your post is saved.');
    expect(timeOf()).toEqual(['draft', null]);
  });

  it('stays_when_publishing_at_once_is_refused', async () => {
    server.msw.use(onAutopost('publishPost', () => fail('unavailable')));
    autopost.posts = [aPost({ state: 'scheduled', scheduledAt: ahead })];
    await open('/compose?post=post_9');
    await write(' Really.');
    await userEvent.click(await field('when-now'));
    await run();
    await screen.findByTestId('composer-failure');
    expect(timeOf()).toEqual(['scheduled', ahead]);
    // The choice is not stored yet.
    expect(isClean()).toBe(false);
  });
});
