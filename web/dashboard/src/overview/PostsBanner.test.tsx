import { screen, waitFor } from '@testing-library/react';
import { NOW } from '@wixapp/react/testing';
import { expect, it } from 'vitest';
import { startAutopost } from '../testing/openAutopost';
import { aPost } from '../testing/posts';

const { autopost, open } = startAutopost();
const dayBefore = (days: number) => new Date(Date.parse(NOW) - days * 86_400_000).toISOString();

it('says_that_a_post_was_missed_and_opens_it', async () => {
  autopost.posts = [
    aPost({ id: 'post_1', state: 'missed', scheduledAt: dayBefore(1) }),
    aPost({ id: 'post_2', state: 'published', publishedAt: dayBefore(1) }),
  ];
  await open('/');
  // With the page and not after it: nothing moves.
  const banner = screen.getByTestId('posts-banner');
  expect(banner.textContent).toMatch(/^A post did not go out as planned/);
  expect(banner.querySelector('a')?.getAttribute('href')).toBe('/post?id=post_1');
});

it('counts_several_and_forgets_them_after_a_week', async () => {
  autopost.posts = [
    aPost({ id: 'post_1', state: 'failed', scheduledAt: dayBefore(2) }),
    aPost({ id: 'post_2', state: 'partly_published', scheduledAt: dayBefore(3) }),
    aPost({ id: 'post_3', state: 'missed', scheduledAt: dayBefore(8) }),
  ];
  await open('/');
  const banner = await screen.findByTestId('posts-banner');
  expect(banner.textContent).toMatch(/^2 posts did not go out/);
  expect(banner.querySelector('a')?.getAttribute('href')).toBe('/posts');
});

it('is_not_there_when_all_went_well', async () => {
  autopost.posts = [aPost({ state: 'published' }), aPost({ id: 'post_9', state: 'draft' })];
  await open('/');
  await waitFor(() => expect(autopost.searches.length).toBeGreaterThan(0));
  expect(screen.queryByTestId('posts-banner')).toBeNull();
});
