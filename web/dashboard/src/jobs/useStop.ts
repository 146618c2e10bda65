import { isFinal, type Job, useJobCancellation, useToast } from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';
import type { Action, Question } from '../shell/ConfirmDialog';

/**
 * A post whose `due_post` or `finish_post` is stopped would be scheduled or under way for ever: the one is taken out of
 * the schedule, and the other ends by itself.
 */
const UNSTOPPABLE: readonly string[] = ['due_post', 'finish_post'];

export function isStoppable({ kind, status }: Job): boolean {
  return !UNSTOPPABLE.includes(kind) && !isFinal(status);
}

/** A job that may be stopped, and the question whether it shall be. */
export interface Stoppable {
  jobId: string;
  title: string;
  /** Whether credits were put aside for it. */
  isPaid: boolean;
}

/** How a job is stopped, as a `ConfirmDialog` takes it. */
export function useStop(): { ask(job: Stoppable): Question; action: Action<Stoppable> } {
  const { jobs: texts } = useAppMessages();
  const { show } = useToast();
  const { mutateAsync, reset, isPending, error } = useJobCancellation(({ credits }) => {
    show((credits ?? 0) > 0 ? texts.stopped : texts.stoppedFree, 'success');
  });
  return {
    ask: ({ title, isPaid }) => ({
      title,
      text: isPaid ? texts.stopText : texts.stopTextFree,
      keep: texts.stopKeep,
      confirm: texts.stop,
      pending: texts.stopping,
      failed: texts.stopFailed,
    }),
    action: { mutateAsync: ({ jobId }) => mutateAsync(jobId), reset, isPending, error },
  };
}
