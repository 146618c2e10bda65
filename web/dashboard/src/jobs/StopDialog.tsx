import { Button, Text } from '@wix/design-system';
import {
  Dialog,
  isFinal,
  type Job,
  useFailureText,
  useJobCancellation,
  useToast,
} from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';

/**
 * The kinds that owners stop. A post whose `due_post` or `finish_post` is stopped would be scheduled or under way for
 * ever: the one is taken out of the schedule, and the other ends by itself.
 */
const STOPPABLE: readonly string[] = ['publish'];

export function isStoppable({ kind, status }: Job): boolean {
  return STOPPABLE.includes(kind) && !isFinal(status);
}

/** A job that may be stopped, and the question whether it shall be. */
export interface Stoppable {
  jobId: string;
  question: string;
}

interface StopDialogProps {
  job: Stoppable | null;
  onClose(): void;
}

/** Says what comes back and what cannot be undone, before a job is stopped. */
export function StopDialog({ job, onClose }: StopDialogProps) {
  const { jobs: texts } = useAppMessages();
  const failureText = useFailureText();
  const { show } = useToast();
  const cancellation = useJobCancellation(({ credits }) => {
    show((credits ?? 0) > 0 ? texts.stopped : texts.stoppedFree, 'success');
    close();
  });
  const close = () => {
    cancellation.reset();
    onClose();
  };
  return (
    <Dialog
      isOpen={job !== null}
      title={job?.question ?? ''}
      onClose={close}
      testId="stop-dialog"
      footer={
        <>
          <Button priority="secondary" onClick={close}>
            {texts.stopKeep}
          </Button>
          <Button
            skin="destructive"
            disabled={cancellation.isPending}
            aria-busy={cancellation.isPending}
            onClick={() => job !== null && cancellation.mutate(job.jobId)}
            data-testid="stop-now"
          >
            {cancellation.isPending ? texts.stopping : texts.stop}
          </Button>
        </>
      }
    >
      <Text size="small">{texts.stopText}</Text>
      <div role="alert" data-testid="stop-problem">
        {cancellation.error !== null && (
          <Text size="small" skin="error">
            {failureText(cancellation.error, texts.stopFailed)}
          </Text>
        )}
      </div>
    </Dialog>
  );
}
