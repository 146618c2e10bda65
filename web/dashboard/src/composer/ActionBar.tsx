import { Button, Text } from '@wix/design-system';
import {
  ApiError,
  FailureNote,
  knownFailure,
  useFailure,
  useFailureToast,
  useToast,
  useWixContext,
} from '@wixapp/react';
import { Link } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { instantOf } from './draft';
import { problemsOf } from './problem';
import type { ComposerView } from './useComposer';

interface ActionBarProps {
  view: ComposerView;
  /** What publishing takes. */
  credits: number;
  hasProblems: boolean;
  /** The post is meant to be ready: what is missing may be said now. */
  onTry(): void;
  onReload(): void;
}

/** What can be done with the post, its price, and why it was not done. */
export function ActionBar({ view, credits, hasProblems, onTry, onReload }: ActionBarProps) {
  const { composer: texts, post: postTexts } = useAutopostMessages();
  const { userData, hasCredits } = useWixContext();
  const { show } = useToast();
  const { draft, save, publish, schedule, isBusy } = view;
  const isLater = draft.when === 'later';
  const run = () => {
    onTry();
    if (hasProblems) return;
    if (isLater) schedule.mutate(draft);
    else publish.mutate(draft);
  };
  const isScheduled = view.post?.state === 'scheduled';
  const keep = () => {
    // An empty field is no time to move a scheduled post to.
    if (isScheduled && isLater && instantOf(draft.scheduledAt) === null) {
      onTry();
      return;
    }
    save.mutate(draft, {
      onSuccess: ({ state }) => {
        const isTakenOut = isScheduled && state === 'draft';
        show(isTakenOut ? postTexts.unscheduled : texts.savedToast, 'success');
      },
    });
  };
  const isPoor = !isLater && !hasCredits(credits);
  return (
    <div className="actions">
      <div className="actions__buttons">
        <Button onClick={run} disabled={isBusy} aria-busy={isBusy} data-testid="composer-run">
          {isLater ? texts.schedule : texts.publish(credits)}
        </Button>
        <Button
          priority="secondary"
          onClick={keep}
          disabled={isBusy || (view.post !== null && !view.isDirty)}
          data-testid="composer-save"
        >
          {save.isPending ? texts.saving : texts.save}
        </Button>
        <Text size="small" secondary>
          <span data-testid="composer-balance">
            {texts.balance(userData?.credits.available ?? 0)} {isLater && texts.dueNote(credits)}
          </span>
        </Text>
      </div>
      <div role="alert">
        <Failure view={view} isPoor={isPoor} onReload={onReload} />
      </div>
    </div>
  );
}

interface FailureProps {
  view: ComposerView;
  /** Whether the price is above what is there. */
  isPoor: boolean;
  onReload(): void;
}

function Failure({ view, isPoor, onReload }: FailureProps) {
  const { composer: texts } = useAutopostMessages();
  const failureOf = useFailure();
  const { error } = view;
  const refusal = error instanceof ApiError ? error : null;
  if (isPoor || refusal?.isInsufficientCredits) {
    return (
      <Text size="small" skin="error">
        <span data-testid="composer-poor">{texts.poor} </span>
        <Link className="link" to="/plans">
          {texts.poorAction}
        </Link>
      </Text>
    );
  }
  if (refusal?.code === 'stale') return <Stale view={view} onReload={onReload} />;
  if (error === null) return null;
  const hasProblems = problemsOf(error).length > 0;
  const failure = hasProblems ? knownFailure(texts.lookAbove) : failureOf(error, texts.failed);
  return (
    <div className="actions__failure" data-testid="composer-failure">
      <FailureNote failure={failure} />
    </div>
  );
}

/** Somebody else has saved this post: nothing of either is lost before its writer decides. */
function Stale({ view, onReload }: Pick<FailureProps, 'view' | 'onReload'>) {
  const { composer: texts } = useAutopostMessages();
  const complain = useFailureToast();
  const { show } = useToast();
  return (
    <div className="remark actions__stale" data-testid="composer-stale">
      <Text size="small">{texts.stale}</Text>
      <div className="actions__buttons">
        <Button size="small" priority="secondary" onClick={onReload} data-testid="stale-theirs">
          {texts.staleTheirs}
        </Button>
        <Button
          size="small"
          onClick={() =>
            view.keepMine().then(
              () => show(texts.savedToast, 'success'),
              (error: unknown) => complain(error, texts.failed),
            )
          }
          data-testid="stale-mine"
        >
          {texts.staleMine}
        </Button>
      </div>
    </div>
  );
}
