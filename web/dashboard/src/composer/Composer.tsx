import { useToast, useWixContext } from '@wixapp/react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { postAddress } from '../posts/address';
import type { NetworkItem, Post, Profile } from '../posts/types';
import { ActionBar } from './ActionBar';
import { bodyOf, instantOf, isEmpty } from './draft';
import { ImagesPanel } from './ImagesPanel';
import { LeaveDialog } from './LeaveDialog';
import { NetworksPanel } from './NetworksPanel';
import { PreviewPanel } from './PreviewPanel';
import { type Place, placeOf, problemsOf } from './problem';
import { TextPanel } from './TextPanel';
import { useCheck } from './useCheck';
import { type ComposerView, useComposer } from './useComposer';
import { useLeaveGuard } from './useLeaveGuard';
import { useProblemText } from './useProblemText';
import { WhenPanel } from './WhenPanel';

/** A post that is put on a day of the calendar goes out in its morning. */
const MORNING = 'T09:00';

export interface ComposerProps {
  post: Post | null;
  networks: readonly NetworkItem[];
  profiles: readonly Profile[];
  /** The day of the calendar that a new post was begun on. */
  day: string | null;
  onCreated(post: Post): void;
  /** Starts again from what is stored. */
  onReload(): void;
}

/** The parts of a post side by side with how it will look. */
export function Composer({ post, networks, profiles, day, onCreated, onReload }: ComposerProps) {
  const { composer: texts } = useAutopostMessages();
  const navigate = useNavigate();
  const { show } = useToast();
  const [isTried, setTried] = useState(false);
  const view = useComposer({
    post,
    networks,
    profiles,
    at: day !== null && /^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}${MORNING}` : null,
    onCreated,
    onStarted: (started) => navigate(postAddress(started.post.id)),
    onScheduled: (scheduled) => {
      show(texts.scheduledToast, 'success');
      navigate(postAddress(scheduled.id));
    },
    onProfileLost: () => show(texts.profileLost, 'info'),
  });
  const { draft } = view;
  const { check, isCurrent } = useCheckOf(view);
  const guard = useLeaveGuard(view.isDirty && !view.isBusy);
  const problems = useProblems({ view, check, networks, profiles, isTried });
  const parts = { view, networks, problems };

  return (
    <div className="composer">
      <div className="composer__parts">
        <TextPanel {...parts} profiles={profiles} />
        <NetworksPanel {...parts} check={check} isCurrent={isCurrent} />
        <ImagesPanel {...parts} />
        <WhenPanel {...parts} />
        <ActionBar
          view={view}
          credits={check?.credits ?? draft.networks.length}
          hasProblems={problems.isAny}
          onTry={() => setTried(true)}
          onReload={onReload}
        />
      </div>
      <PreviewPanel draft={draft} networks={networks} check={check} />
      <LeaveDialog guard={guard} />
    </div>
  );
}

function useCheckOf({ draft }: ComposerView) {
  const at = draft.when === 'later' ? instantOf(draft.scheduledAt) : null;
  return useCheck({ ...bodyOf(draft), ...(at === null ? {} : { scheduledAt: at }) });
}

export interface ProblemsByPlace {
  at(place: Place): readonly string[];
  isAny: boolean;
}

interface ProblemsOf {
  view: ComposerView;
  check: ReturnType<typeof useCheck>['check'];
  networks: readonly NetworkItem[];
  profiles: readonly Profile[];
  /** Whether the writer thinks that the post is ready. */
  isTried: boolean;
}

/** What is wrong, where it belongs. Nobody is told that a page is empty that they have just opened. */
function useProblems({ view, check, networks, profiles, isTried }: ProblemsOf): ProblemsByPlace {
  const { problems: texts } = useAutopostMessages();
  const { userData } = useWixContext();
  const say = useProblemText(networks, check);
  const { draft, error } = view;
  const profile = profiles.find(({ id }) => id === draft.profileId);
  const found = new Map<Place, Set<string>>();
  const add = (place: Place, text: string) =>
    found.set(place, (found.get(place) ?? new Set()).add(text));
  const isBlank = isEmpty(draft, profile) && draft.images.length === 0;
  const blankVersion = draft.networks.find((each) => draft.versions[each]?.text.trim() === '');
  const at = instantOf(draft.scheduledAt);

  if (isBlank) add('text', texts.empty);
  if (draft.networks.length === 0) add('networks', texts.noNetwork);
  if (blankVersion !== undefined) add(blankVersion, texts.emptyVersion);
  if (draft.when === 'later' && at === null) add('when', texts.noTime);
  if (
    draft.when === 'later' &&
    at !== null &&
    userData &&
    Date.parse(at) <= Date.parse(userData.now)
  ) {
    add('when', texts.past);
  }
  const own = new Set(found.keys());
  for (const problem of [...(check?.problems ?? []), ...problemsOf(error)]) {
    const place = placeOf(problem);
    // What this page knows by itself it says in its own words, once.
    const isKnown = own.has(place) || (isBlank && problem.field === 'text');
    if (!isKnown) add(place, say(problem));
  }
  const isEarly = (place: Place) =>
    !isTried && ((place === 'text' && isBlank) || (place === 'when' && at === null));
  return {
    at: (place) => (isEarly(place) ? [] : [...(found.get(place) ?? [])]),
    isAny: found.size > 0,
  };
}
