import type { Network, Post, PostBody, PostImage, Profile, Versions } from '../posts/types';

/** A post while it is written. */
export interface Draft {
  text: string;
  networks: readonly Network[];
  versions: Versions;
  images: readonly PostImage[];
  profileId: string | null;
  when: 'now' | 'later';
  /** Of a field for date and time, at the browser's place: `2026-11-24T09:30`; empty while nothing is chosen. */
  scheduledAt: string;
}

/** A stored post as it is written on. A profile that was deleted meanwhile is left out: the server takes none of those. */
export function draftOf(post: Post, profiles: readonly Profile[]): Draft {
  const profile = profiles.find(({ id }) => id === post.profileId);
  return {
    text: post.text,
    networks: post.networks,
    versions: post.versions,
    images: post.images,
    profileId: profile?.id ?? null,
    ...whenOf(post),
  };
}

/** When a post goes out, as the fields have it. */
export function whenOf(post: Post): Pick<Draft, 'when' | 'scheduledAt'> {
  return {
    when: post.state === 'scheduled' ? 'later' : 'now',
    scheduledAt: post.scheduledAt ? localTime(new Date(post.scheduledAt)) : '',
  };
}

/** The moment that a scheduled post goes out; null for any other, also for one whose time came and went. */
export function timeOf(post: Post): string | null {
  return post.state === 'scheduled' ? (post.scheduledAt ?? null) : null;
}

/** The moment that a scheduled post is to go out once it is saved; null takes it out of the schedule. */
export function chosenTime(post: Post, draft: Draft): string | null {
  const at = timeOf(post);
  if (at === null || draft.when === 'now') return null;
  // The field has no seconds: a time that nobody has moved is sent as it was read.
  const isMoved = draft.scheduledAt !== localTime(new Date(at));
  return (isMoved ? instantOf(draft.scheduledAt) : null) ?? at;
}

/** What the server takes of it. The time is left to what publishes or schedules. */
export function bodyOf(draft: Draft): PostBody {
  const versions = Object.entries(draft.versions).filter(([network]) =>
    draft.networks.some((each) => each === network),
  );
  return {
    text: draft.text,
    networks: draft.networks,
    versions: Object.fromEntries(versions),
    images: draft.images.map(({ id, alt }) => ({ id, alt: alt.trim() })),
    profileId: draft.profileId,
  };
}

export function isSame(one: Draft, other: Draft): boolean {
  return isSameTime(one, other) && JSON.stringify(bodyOf(one)) === JSON.stringify(bodyOf(other));
}

/** Whether the same time is chosen for both. */
export function isSameTime(one: Draft, other: Draft): boolean {
  const time = ({ when, scheduledAt }: Draft) => (when === 'later' ? scheduledAt : null);
  return time(one) === time(other);
}

/** The text that goes to a network. */
export function textOn(draft: Draft, network: Network): string {
  return draft.versions[network]?.text ?? draft.text;
}

function block(profile: Profile | undefined): string {
  const tags = profile?.hashtags.map((tag) => (tag.startsWith('#') ? tag : `#${tag}`)) ?? [];
  return tags.length === 0 ? '' : `\n\n${tags.join(' ')}`;
}

/** Puts the hashtags of a profile under the text, in place of those of the profile before it. */
export function withProfile(draft: Draft, from: Profile | undefined, to?: Profile): Draft {
  const known = block(from);
  const text =
    known !== '' && draft.text.endsWith(known) ? draft.text.slice(0, -known.length) : draft.text;
  return { ...draft, profileId: to?.id ?? null, text: text + block(to) };
}

/** Whether nobody has written anything: hashtags that a profile brought are no words. */
export function isEmpty(draft: Draft, profile: Profile | undefined): boolean {
  return draft.text.replace(block(profile), '').trim() === '';
}

/** A moment as a field for date and time has it, at the browser's place. */
export function localTime(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** The moment that a field for date and time names; null for none. */
export function instantOf(local: string): string | null {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? null : at.toISOString();
}
