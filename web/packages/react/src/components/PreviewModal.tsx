import { Button, Text } from '@wix/design-system';
import type { ReactNode } from 'react';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { Dialog } from './Dialog.js';

export interface PreviewModalProps {
  /** Whether it is open. */
  isOpen: boolean;
  /** What is about to happen, in a line. */
  title: string;
  /** It is not to happen, or the reader is done. */
  onClose(): void;
  /** What is about to happen: a post as it will look, a change of plan. */
  children: ReactNode;
  /** Does it. Without it the preview only informs. */
  onConfirm?: () => void;
  /** Text of the button that does it; "Confirm" when left out. */
  confirmText?: string;
  /** It is being done: the button waits. */
  isBusy?: boolean;
  /** Credits it takes; the owner is told what will be left, or that it is not enough. */
  cost?: number;
  /** Why it could not be done, in a sentence. */
  problem?: string | null;
}

/** Shows what is about to happen before it happens, with what it costs. */
export function PreviewModal(props: PreviewModalProps) {
  const { isOpen, title, onClose, children, onConfirm, isBusy = false, cost, problem } = props;
  const { hasCredits } = useWixContext();
  const messages = useMessages();
  const isAffordable = cost === undefined || hasCredits(cost);
  const footer = (
    <>
      <Button priority="secondary" onClick={onClose}>
        {onConfirm === undefined ? messages.preview.understood : messages.preview.cancel}
      </Button>
      {onConfirm !== undefined && (
        <Button
          onClick={onConfirm}
          disabled={isBusy || !isAffordable}
          aria-busy={isBusy}
          data-testid="preview-confirm"
        >
          {props.confirmText ?? messages.preview.confirm}
        </Button>
      )}
    </>
  );
  return (
    <Dialog isOpen={isOpen} title={title} onClose={onClose} footer={footer} testId="preview-modal">
      {children}
      {cost !== undefined && <Cost cost={cost} />}
      <div role="alert">
        {problem && (
          <Text size="small" skin="error">
            {problem}
          </Text>
        )}
      </div>
    </Dialog>
  );
}

function Cost({ cost }: { cost: number }) {
  const { userData, hasCredits } = useWixContext();
  const { preview } = useMessages();
  const left = (userData?.credits.available ?? 0) - cost;
  return (
    <Text size="small" skin={hasCredits(cost) ? 'standard' : 'error'}>
      <span data-testid="preview-cost">
        {hasCredits(cost) ? preview.cost(cost, left) : preview.tooFew(cost, cost + left)}
      </span>
    </Text>
  );
}
