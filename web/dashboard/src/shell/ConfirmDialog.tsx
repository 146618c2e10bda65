import { Button, Text } from '@wix/design-system';
import { Dialog, FailureNote, useFailure, useFailureToast } from '@wixapp/react';
import { type ReactNode, useEffect, useRef } from 'react';

/** What a yes does; a mutation is one. */
export interface Action<T> {
  mutateAsync(subject: T): Promise<unknown>;
  reset(): void;
  isPending: boolean;
  error: unknown;
}

/** The words of a question, in the reader's language. */
export interface Question {
  title: string;
  /** What it does, and what cannot be undone. */
  text?: string;
  /** The way back. */
  keep: string;
  confirm: string;
  /** Stands in the place of `confirm` while it is done. */
  pending: string;
  /** That it failed, where the server's own words cannot be read. */
  failed: string;
}

interface ConfirmDialogProps<T> {
  /** Begins the names that tests know its parts by. */
  name: string;
  /** What it asks about; null keeps it closed. */
  subject: T | null;
  ask(subject: T): Question;
  action: Action<T>;
  /** More to read or to do before a yes. */
  children?: ReactNode;
  /** Whether there may be a yes. */
  isReady?: boolean;
  onClose(): void;
}

/**
 * Asks before something is done that cannot be undone. It stays open until that is done, and says inside why it was not;
 * when it was closed meanwhile, a toast says so.
 */
export function ConfirmDialog<T>(props: ConfirmDialogProps<T>) {
  const { name, subject, ask, action, children, isReady = true, onClose } = props;
  const failure = useFailure();
  const complain = useFailureToast();
  // How often it was closed: whoever has closed it does not wait here any more.
  const round = useRef(0);
  useEffect(
    () => () => {
      round.current += 1;
    },
    [],
  );
  const close = () => {
    round.current += 1;
    action.reset();
    onClose();
  };
  const run = async (asked: T, failed: string) => {
    const asking = round.current;
    try {
      await action.mutateAsync(asked);
      if (round.current === asking) close();
    } catch (error) {
      if (round.current !== asking) complain(error, failed);
    }
  };
  const question = subject === null ? null : ask(subject);
  const { isPending, error } = action;
  return (
    <Dialog
      isOpen={question !== null}
      title={question?.title ?? ''}
      onClose={close}
      testId={`${name}-dialog`}
      footer={
        <>
          <Button priority="secondary" onClick={close} data-testid={`${name}-keep`}>
            {question?.keep}
          </Button>
          <Button
            skin="destructive"
            disabled={!isReady || isPending}
            aria-busy={isPending}
            onClick={() => {
              if (subject !== null && question !== null) void run(subject, question.failed);
            }}
            data-testid={`${name}-now`}
          >
            {isPending ? question?.pending : question?.confirm}
          </Button>
        </>
      }
    >
      {question?.text !== undefined && <Text size="small">{question.text}</Text>}
      {children}
      <div role="alert" data-testid={`${name}-problem`}>
        {question !== null && error !== null && (
          <FailureNote failure={failure(error, question.failed)} />
        )}
      </div>
    </Dialog>
  );
}
