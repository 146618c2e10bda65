import { describe, expect, it } from 'vitest';
import { marked, tagsOf } from '../preview/marked';
import { aPost, aProfile } from '../testing/posts';
import {
  bodyOf,
  chosenTime,
  draftOf,
  instantOf,
  isEmpty,
  isSame,
  localTime,
  withProfile,
} from './draft';
import { lengthOn } from './length';

const draft = draftOf(aPost({ text: '' }), []);
const bakery = aProfile();
const summer = aProfile({ id: 'profile_8', hashtags: ['summer'] });

describe('a profile', () => {
  it('puts_its_hashtags_under_the_text_in_place_of_those_before', () => {
    const written = { ...withProfile(draft, undefined, bakery), text: 'Rolls!\n\n#bread #bakery' };
    const changed = withProfile(written, bakery, summer);
    expect([changed.text, changed.profileId]).toEqual(['Rolls!\n\n#summer', 'profile_8']);
    const without = withProfile(changed, summer);
    expect([without.text, without.profileId]).toEqual(['Rolls!', null]);
  });

  it('leaves_hashtags_that_the_writer_has_changed', () => {
    const written = { ...draft, profileId: bakery.id, text: 'Rolls!\n\n#bread' };
    expect(withProfile(written, bakery, summer).text).toBe('Rolls!\n\n#bread\n\n#summer');
  });

  it('that_was_deleted_is_left_out_of_the_post_that_had_it', () => {
    const post = aPost({ profileId: bakery.id });
    expect(draftOf(post, [summer, bakery]).profileId).toBe(bakery.id);
    expect(draftOf(post, [summer]).profileId).toBeNull();
  });

  it('is_not_taken_for_words', () => {
    const fresh = withProfile(draft, undefined, bakery);
    expect([
      isEmpty(fresh, bakery),
      isEmpty({ ...fresh, text: `Hi${fresh.text}` }, bakery),
    ]).toEqual([true, false]);
  });
});

describe('a draft', () => {
  it('sends_versions_only_for_networks_that_it_goes_to', () => {
    const written = {
      ...draft,
      networks: ['mastodon'] as const,
      versions: { mastodon: { text: 'a' }, bluesky: { text: 'b' } },
    };
    expect(bodyOf(written).versions).toEqual({ mastodon: { text: 'a' } });
  });

  it('is_the_same_when_nothing_of_it_would_be_stored_differently', () => {
    expect(isSame(draft, { ...draft, scheduledAt: '2026-11-24T09:00' })).toBe(true);
    expect(isSame(draft, { ...draft, when: 'later', scheduledAt: '2026-11-24T09:00' })).toBe(false);
  });

  it('keeps_its_moment_through_the_field_for_date_and_time', () => {
    const local = localTime(new Date('2026-11-24T09:30:00Z'));
    expect(local).toMatch(/^2026-11-2\dT\d\d:\d\d$/);
    expect(instantOf(local)).toBe('2026-11-24T09:30:00.000Z');
    expect([instantOf(''), instantOf('soon')]).toEqual([null, null]);
  });

  it('has_a_time_to_be_saved_with_only_while_its_post_is_scheduled', () => {
    const scheduledAt = '2026-11-24T09:30:12Z';
    const scheduled = aPost({ state: 'scheduled', scheduledAt });
    const read = draftOf(scheduled, []);
    const moved = { ...read, scheduledAt: localTime(new Date('2026-11-25T10:00:00Z')) };
    expect(chosenTime(scheduled, read)).toBe(scheduledAt);
    expect(chosenTime(scheduled, moved)).toBe('2026-11-25T10:00:00.000Z');
    expect(chosenTime(scheduled, { ...read, when: 'now' })).toBeNull();
    for (const state of ['draft', 'failed', 'missed'] as const) {
      expect(chosenTime(aPost({ state, scheduledAt }), { ...moved, when: 'later' })).toBeNull();
    }
  });
});

it.each([
  ['mastodon', 'see https://example.com/a/very/long/address/that/goes/on', 27],
  ['mastodon', 'hi @joe@mastodon.social!', 8],
  ['bluesky', '👩‍👩‍👧 é', 3],
  ['fake', '  two  ', 3],
] as const)('counts as %s does: %s', (network, text, length) => {
  expect(lengthOn(network, text)).toBe(length);
});

describe('links and tags', () => {
  const parts = (text: string, marks: readonly string[]) =>
    marked(text, marks).map(({ text: part, isMarked }) => (isMarked ? `[${part}]` : part));

  it('stand_out_wherever_they_are', () => {
    expect(parts('a #b c #bc https://x.y/?q=(1)', ['#b', '#bc', 'https://x.y/?q=(1)'])).toEqual([
      'a ',
      '[#b]',
      ' c ',
      '[#bc]',
      ' ',
      '[https://x.y/?q=(1)]',
    ]);
  });

  it('are_none_where_there_are_none', () => {
    expect(parts('plain', [''])).toEqual(['plain']);
    expect(tagsOf(['bread', '#rolls'])).toEqual(['#bread', '#rolls']);
  });
});
