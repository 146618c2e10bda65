import { useMutation } from '@tanstack/react-query';
import { ApiError, useBiEvent, useWixContext } from '@wixapp/react';
import { useRef, useState } from 'react';
import type { NetworkItem, Post, Profile, Started } from '../posts/types';
import { useAutopost, useIsProfile, useRememberPost } from '../posts/useAutopost';
import {
  bodyOf,
  chosenTime,
  type Draft,
  draftOf,
  instantOf,
  isSame,
  isSameTime,
  timeOf,
  whenOf,
  withProfile,
} from './draft';
import { useLostProfile } from './useLostProfile';

export interface ComposerSetup {
  /** The post that is changed; null for a new one. */
  post: Post | null;
  profiles: readonly Profile[];
  networks: readonly NetworkItem[];
  /** Where a new post starts in the calendar, as a field for date and time has it. */
  at: string | null;
  /** A new post has been stored. */
  onCreated(post: Post): void;
  onStarted(started: Started): void;
  onScheduled(post: Post): void;
  /** The profile was deleted somewhere else; the post goes on without one. */
  onProfileLost(): void;
}

type TimeFor = (known: Post, written: Draft) => string | null;

/** A new post goes to every network that is connected, with the default profile's hashtags under its text. */
function newDraft({ profiles, networks, at }: ComposerSetup): Draft {
  const connected = networks.filter(({ state }) => state === 'connected');
  const empty: Draft = {
    text: '',
    networks: connected.map(({ network }) => network),
    versions: {},
    images: [],
    profileId: null,
    when: at === null ? 'now' : 'later',
    scheduledAt: at ?? '',
  };
  const profile = profiles.find(({ isDefault }) => isDefault);
  return profile === undefined ? empty : withProfile(empty, undefined, profile);
}

/** A post being written, and what can be done with it. */
export function useComposer(setup: ComposerSetup) {
  const { refreshUserData } = useWixContext();
  const api = useAutopost();
  const remember = useRememberPost();
  const isProfile = useIsProfile();
  const reportPublished = useBiEvent('PRIMARY_ACTION_PERFORMED');
  const [draft, setDraft] = useState(() =>
    setup.post === null ? newDraft(setup) : draftOf(setup.post, setup.profiles),
  );
  const [base, setBase] = useState(draft);
  const [post, setPost] = useState(setup.post);
  // Actions that follow each other read what the one before has stored.
  const stored = useRef({ post: setup.post, draft });
  const key = useRef<{ of: string; key: string } | null>(null);
  useLostProfile(draft.profileId, setup.profiles, (lost) => {
    const without = (known: Draft) =>
      known.profileId === lost ? { ...known, profileId: null } : known;
    setDraft(without);
    // Nobody is held up for a change that they have not made.
    setBase(without);
    setup.onProfileLost();
  });

  const accept = (saved: Post, written: Draft) => {
    // Of a scheduled post the time that is stored counts, until another one is.
    const kept = saved.state === 'scheduled' ? { ...written, ...whenOf(saved) } : written;
    stored.current = { post: saved, draft: kept };
    setPost(saved);
    setBase(kept);
    remember(saved);
  };
  const put = async (written: Draft, timeFor: TimeFor): Promise<Post> => {
    const { post: known, draft: before } = stored.current;
    const body = bodyOf(written);
    if (known === null) {
      const created = await api.createPost(body);
      accept(created, written);
      setup.onCreated(created);
      return created;
    }
    const at = timeFor(known, written);
    const isStored =
      at === timeOf(known) && JSON.stringify(bodyOf(before)) === JSON.stringify(body);
    // A post that failed becomes a draft again by being saved.
    if (isStored && known.state !== 'failed') return known;
    const timed = at === null ? body : { ...body, scheduledAt: at };
    const saved = await api.savePost(known.id, known.version, timed);
    accept(saved, written);
    return saved;
  };
  /**
   * Stores the words; a post that is scheduled goes out at the time that `timeFor` gives, or becomes a draft. The server
   * refuses a post whose profile was deleted meanwhile: that is stored without one.
   */
  const store = async (written: Draft, timeFor: TimeFor) => {
    try {
      return { ready: await put(written, timeFor), sent: written };
    } catch (error) {
      const { profileId } = written;
      const isRefused = error instanceof ApiError && error.status === 422;
      if (!isRefused || profileId === null || (await isProfile(profileId))) throw error;
      const sent = { ...written, profileId: null };
      return { ready: await put(sent, timeFor), sent };
    }
  };
  /** The same words are published under the same key: an unanswered attempt can be repeated by hand. */
  const keyFor = ({ id, version }: Post): string => {
    const of = `${id} ${version}`;
    if (key.current?.of !== of) key.current = { of, key: crypto.randomUUID() };
    return key.current.key;
  };

  // None of them is repeated by itself: a post that was stored without an answer would be stored twice.
  const save = useMutation({
    retry: false,
    mutationFn: async (written: Draft) => (await store(written, chosenTime)).ready,
  });
  const publish = useMutation({
    retry: false,
    mutationFn: async (written: Draft) => {
      // It stays scheduled until it is on its way: publishing may be refused.
      const { ready, sent } = await store(written, timeOf);
      return { started: await api.publishPost(ready.id, keyFor(ready)), sent };
    },
    onSuccess: ({ started, sent }) => {
      accept(started.post, sent);
      void reportPublished();
      void refreshUserData();
      setup.onStarted(started);
    },
  });
  const schedule = useMutation({
    retry: false,
    mutationFn: async (written: Draft) => {
      const { ready, sent } = await store(written, timeOf);
      const at = instantOf(sent.scheduledAt) ?? '';
      return { scheduled: await api.schedulePost(ready.id, at), sent };
    },
    onSuccess: ({ scheduled, sent }) => {
      accept(scheduled, sent);
      setup.onScheduled(scheduled);
    },
  });
  const actions = [save, publish, schedule];

  return {
    draft,
    post,
    isDirty: !isSame(draft, base),
    isBusy: actions.some(({ isPending }) => isPending),
    error: actions.find(({ error }) => error !== null)?.error ?? null,
    save,
    publish,
    schedule,
    change(changes: Partial<Draft>) {
      for (const action of actions) if (action.error !== null) action.reset();
      setDraft((known) => ({ ...known, ...changes }));
    },
    /** Somebody else saved meanwhile, and these words are to stand nevertheless. */
    async keepMine() {
      const { post: known, draft: before } = stored.current;
      if (known === null) return;
      const newest = await api.post(known.id, undefined);
      // A time that only they have changed is not one of these words.
      const isTheirs = timeOf(newest) !== timeOf(known) && isSameTime(draft, before);
      const mine = isTheirs ? { ...draft, ...whenOf(newest) } : draft;
      stored.current = { post: newest, draft: draftOf(newest, setup.profiles) };
      setPost(newest);
      setDraft(mine);
      for (const action of actions) action.reset();
      await save.mutateAsync(mine);
    },
  };
}

export type ComposerView = ReturnType<typeof useComposer>;
