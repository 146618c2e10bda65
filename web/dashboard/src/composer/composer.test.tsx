import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { aStatus, credits, fail, lost } from '@wixapp/react/testing';
import { describe, expect, it } from 'vitest';
import { address, startAutopost } from '../testing/openAutopost';
import { aNetwork, aPost, aProfile } from '../testing/posts';
import { onAutopost, refuse } from '../testing/routes';

const { server, autopost, open } = startAutopost();
const field = (id: string) => screen.findByTestId<HTMLInputElement>(id);
/** All at once: the composer is drawn anew for each letter. */
const put = async (id: string, text: string) => {
  await userEvent.click(await field(id));
  await userEvent.paste(text);
};
const write = (text: string) => put('composer-text', text);
const run = () => userEvent.click(screen.getByTestId('composer-run'));
const problems = () => screen.queryAllByTestId('problem').map(({ textContent }) => textContent);

describe('a first post', () => {
  it('goes_to_every_connected_network_with_three_clicks', async () => {
    await open('/posts');
    await userEvent.click(await screen.findByTestId('post-first'));
    await write('Hello');
    expect(screen.getByTestId('composer-run').textContent).toBe('Publish for 2 credits');
    await run();
    await screen.findByTestId('results');
    expect(address()).toBe('/post?id=post_1');
    expect(autopost.called('POST /posts')[0]?.body).toMatchObject({
      text: 'Hello',
      networks: ['fake', 'mastodon'],
    });
    expect(autopost.called('POST /posts/post_1/publish')).toEqual([
      { body: {}, key: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
  });

  it('begins_with_the_hashtags_of_the_default_profile', async () => {
    autopost.profiles = [aProfile(), aProfile({ id: 'p2', name: 'Summer', hashtags: ['summer'] })];
    await open('/compose');
    const text = await field('composer-text');
    expect([text.value, text.selectionStart]).toEqual(['\n\n#bread #bakery', 0]);
    await userEvent.selectOptions(screen.getByTestId('composer-profile'), 'Summer');
    expect(text.value).toBe('\n\n#summer');
  });
});

describe('what is in the way', () => {
  it('is_said_only_once_it_was_tried', async () => {
    await open('/compose');
    await field('composer-text');
    expect(problems()).toEqual([]);
    await run();
    expect(problems()).toEqual(['Write a few words, or add an image.']);
    await userEvent.click(screen.getByTestId('composer-choose-fake'));
    await userEvent.click(screen.getByTestId('composer-choose-mastodon'));
    expect(problems()).toContain('Choose at least one network.');
    expect(autopost.calls).toEqual([]);
  });

  it('is_said_at_its_network_with_how_much_there_is_too_much', async () => {
    const limits = { ...aNetwork('mastodon').limits, characters: 10 };
    autopost.networks = [aNetwork('fake'), aNetwork('mastodon', { limits })];
    autopost.problems = [
      { network: 'mastodon', field: 'text', code: 'too_long', message: 'Too long.' },
    ];
    await open('/compose');
    await write('Hello, everybody');
    const row = within(screen.getByTestId('composer-network-mastodon'));
    await row.findByText(/Shorten it by 6 characters/);
    expect(row.getByTestId('counter-mastodon').dataset.over).toBe('true');
    await run();
    expect(autopost.calls).toEqual([]);
  });

  it('is_said_where_the_server_finds_it_at_the_last_moment', async () => {
    server.msw.use(
      onAutopost('publishPost', () =>
        refuse('post_invalid', 'The post has problems.', {
          problems: [{ network: 'fake', field: 'images', code: 'new_rule', message: 'No GIFs.' }],
        }),
      ),
    );
    await open('/compose');
    await write('Hello');
    await run();
    const row = within(await screen.findByTestId('composer-network-fake'));
    await row.findByText('No GIFs.');
    expect(screen.getByTestId('composer-failure').textContent).toMatch(/said above/);
  });

  it('is_a_price_above_what_is_there', async () => {
    await open('/compose', aStatus({ credits: credits(1, 1) }));
    await field('composer-text');
    expect(screen.getByTestId('composer-poor').textContent).toMatch(/not have enough credits/);
    expect(screen.getByRole('link', { name: 'See plans' }).getAttribute('href')).toBe('/plans');
  });
});

describe('versions', () => {
  it('are_written_counted_and_previewed_for_one_network', async () => {
    await open('/compose');
    await write('Hello');
    await userEvent.click(screen.getByTestId('version-add-mastodon'));
    const own = screen.getByTestId('version-mastodon');
    await userEvent.clear(own);
    await userEvent.paste('Hi, #fediverse');
    await waitFor(() =>
      expect(screen.getByTestId('counter-mastodon').textContent).toMatch(/^14 \/ 500/),
    );
    expect(screen.getByTestId('preview-fake').textContent).toContain('Hello');
    await userEvent.click(screen.getByTestId('preview-choose-mastodon'));
    const preview = screen.getByTestId('preview-mastodon');
    await waitFor(() =>
      expect(preview.querySelector('.preview__mark')?.textContent).toBe('#fediverse'),
    );
    await userEvent.click(screen.getByTestId('composer-save'));
    await screen.findByText('Your post is saved.');
    expect(autopost.called('POST /posts')[0]?.body).toMatchObject({
      versions: { mastodon: { text: 'Hi, #fediverse' } },
    });
  });
});

describe('images', () => {
  const choose = async (name: string, type: string) => {
    const input = await field('image-file');
    await userEvent.upload(input, new File(['bytes'], name, { type }), { applyAccept: false });
  };

  it('are_uploaded_described_and_sent_along', async () => {
    await open('/compose');
    await write('Look');
    await choose('bread.png', 'image/png');
    await put('image-alt', 'A loaf');
    await put('image-address', 'https://example.com/b.jpg');
    await userEvent.click(screen.getByTestId('image-fetch'));
    await waitFor(() => expect(screen.getAllByTestId('composer-image')).toHaveLength(2));
    expect((await field('image-address')).value).toBe('');
    await userEvent.click(screen.getByTestId('composer-save'));
    await screen.findByText('Your post is saved.');
    expect(autopost.called('POST /images')).toHaveLength(1);
    expect(autopost.called('POST /posts')[0]?.body).toMatchObject({
      images: [
        { id: 'img_1', alt: 'A loaf' },
        { id: 'img_2', alt: '' },
      ],
    });
  });

  it('that_do_not_arrive_say_why_and_can_be_dismissed', async () => {
    server.msw.use(onAutopost('fetchImage', () => refuse('image_address_refused', 'No.')));
    await open('/compose');
    await choose('notes.txt', 'text/plain');
    await screen.findByText('This is no PNG, JPEG, GIF or WebP image.');
    await put('image-address', 'http://127.0.0.1/x.png');
    await userEvent.click(screen.getByTestId('image-fetch'));
    await screen.findByText(/no public image at this address/);
    expect(autopost.called('POST /images')).toEqual([]);
    const [dismiss] = screen.getAllByRole('button', { name: 'Dismiss' });
    if (dismiss) await userEvent.click(dismiss);
    expect(screen.getAllByTestId('pending-image')).toHaveLength(1);
  });
});

describe('a profile that was deleted', () => {
  const LOST = 'The brand profile of this post was deleted. The post does without one.';
  const choice = () => screen.queryByTestId<HTMLSelectElement>('composer-profile');

  it('before_does_not_keep_its_post_from_being_saved', async () => {
    autopost.profiles = [aProfile({ id: 'profile_8', isDefault: false })];
    autopost.posts = [aPost({ profileId: 'profile_9' })];
    await open('/compose?post=post_9');
    await write(' Really.');
    await userEvent.click(screen.getByTestId('composer-save'));
    await screen.findByText('Your post is saved.');
    expect(autopost.posts[0]).toMatchObject({ profileId: null, version: 2 });
    expect(screen.queryByText(LOST)).toBeNull();
  });

  it('meanwhile_is_done_without_and_the_words_are_saved_with_a_word_about_it', async () => {
    autopost.profiles = [aProfile(), aProfile({ id: 'p2', name: 'Summer', isDefault: false })];
    await open('/compose');
    await write('Rolls!');
    autopost.profiles = autopost.profiles.slice(1);
    await userEvent.click(screen.getByTestId('composer-save'));
    await screen.findByText('Your post is saved.');
    await screen.findByText(LOST);
    const { value: text } = await field('composer-text');
    expect(text).toMatch(/Rolls!/);
    expect(text).toMatch(/#bread #bakery/);
    expect(autopost.posts[0]).toMatchObject({ profileId: null, text });
    expect([choice()?.value, choice()?.options.length]).toEqual(['', 2]);
    await userEvent.click(screen.getByTestId('nav-jobs'));
    await waitFor(() => expect(address()).toBe('/jobs'));
  });

  it('meanwhile_holds_up_no_publishing', async () => {
    autopost.profiles = [aProfile()];
    await open('/compose');
    await write('Rolls!');
    autopost.profiles = [];
    await run();
    await screen.findByTestId('results');
    await screen.findByText(LOST);
    const stored = autopost.posts[0];
    expect(stored).toMatchObject({ profileId: null, state: 'publishing' });
    expect(address()).toBe(`/post?id=${stored?.id}`);
  });

  it('is_not_blamed_for_what_else_the_server_refuses', async () => {
    autopost.profiles = [aProfile()];
    server.msw.use(onAutopost('createPost', () => fail('invalid_request', 'Not like so.')));
    await open('/compose');
    await write('Rolls!');
    await userEvent.click(screen.getByTestId('composer-save'));
    expect((await screen.findByTestId('composer-failure')).textContent).toContain('Not like so.');
    expect([choice()?.value, screen.queryByText(LOST)]).toEqual(['profile_9', null]);
  });
});

describe('somebody else', () => {
  const change = async () => {
    autopost.posts = [aPost({ text: 'Mine' })];
    await open('/compose?post=post_9');
    await write(' and more');
    autopost.posts = [aPost({ text: 'Theirs', version: 5 })];
    await userEvent.click(screen.getByTestId('composer-save'));
    await screen.findByTestId('composer-stale');
  };

  it('saved_first_and_their_words_are_taken', async () => {
    await change();
    await userEvent.click(screen.getByTestId('stale-theirs'));
    await waitFor(async () => expect((await field('composer-text')).value).toBe('Theirs'));
  });

  it('saved_first_and_my_words_stay', async () => {
    await change();
    await userEvent.click(screen.getByTestId('stale-mine'));
    await screen.findByText('Your post is saved.');
    expect(autopost.posts[0]?.text).toBe('Mine and more');
  });

  it('scheduled_it_meanwhile_and_my_words_go_out_at_that_time', async () => {
    const scheduledAt = '2026-12-01T09:00:00Z';
    autopost.posts = [aPost({ text: 'Mine' })];
    await open('/compose?post=post_9');
    await write(' and more');
    autopost.posts = [aPost({ text: 'Mine', version: 5, state: 'scheduled', scheduledAt })];
    await userEvent.click(screen.getByTestId('composer-save'));
    await userEvent.click(await screen.findByTestId('stale-mine'));
    await screen.findByText('Your post is saved.');
    expect(autopost.posts[0]).toMatchObject({
      text: 'Mine and more',
      state: 'scheduled',
      scheduledAt,
    });
    expect(screen.getByTestId<HTMLInputElement>('when-later').checked).toBe(true);
  });
});

describe('unsaved words', () => {
  it('are_not_left_without_a_question', async () => {
    await open('/compose');
    await write('Hello');
    await userEvent.click(screen.getByTestId('nav-jobs'));
    await screen.findByTestId('leave-dialog');
    await userEvent.click(screen.getByTestId('leave-keep'));
    expect([address(), (await field('composer-text')).value]).toEqual(['/compose', 'Hello']);
    const event = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    await userEvent.click(screen.getByTestId('nav-jobs'));
    await userEvent.click(await screen.findByTestId('leave-now'));
    await waitFor(() => expect(address()).toBe('/jobs'));
  });

  it('that_were_saved_hold_nobody_up', async () => {
    await open('/compose');
    await write('Hello');
    await userEvent.click(screen.getByTestId('composer-save'));
    await screen.findByText('Your post is saved.');
    expect(address()).toBe('/compose?post=post_1');
    await userEvent.click(screen.getByTestId('nav-jobs'));
    await waitFor(() => expect(address()).toBe('/jobs'));
  });
});

it('does_not_change_what_is_on_its_way', async () => {
  autopost.posts = [aPost({ state: 'published' })];
  await open('/compose?post=post_9');
  const link = await screen.findByRole('link', { name: 'See the post' });
  expect(link.getAttribute('href')).toBe('/post?id=post_9');
});

it('repeats_an_unanswered_publishing_under_the_same_key', async () => {
  const keys: (string | null)[] = [];
  server.msw.use(
    onAutopost('publishPost', ({ request }) => {
      keys.push(request.headers.get('idempotency-key'));
      return lost();
    }),
  );
  await open('/compose');
  await write('Hello');
  await run();
  await screen.findByTestId('composer-failure');
  await run();
  await waitFor(() => expect(keys).toHaveLength(2));
  expect(new Set(keys).size).toBe(1);
  expect(autopost.called('POST /posts')).toHaveLength(1);
});
