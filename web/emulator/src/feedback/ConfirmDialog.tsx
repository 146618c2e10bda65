import { Button, Heading } from '@wix/design-system';
import { type ReactNode, useId } from 'react';
import { CloseIcon } from '../shell/icons';
import { useOpenDialog } from './dialog';
import { sentenceOf } from './Feedback';

interface ConfirmDialogProps {
  title: string;
  children: ReactNode;
  confirmLabel: string;
  busyLabel: string;
  confirmTestId: string;
  destructive?: boolean;
  busy: boolean;
  error: Error | null;
  /** Nothing where there is nothing to confirm. */
  onConfirm: (() => void) | undefined;
  onClose: () => void;
}

/** A modal question; Escape is no. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, busy, error, onClose, onConfirm } = props;
  const dialog = useOpenDialog();
  const titleId = useId();
  return (
    <dialog
      aria-labelledby={titleId}
      className="lp-dialog"
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
      // A second Escape closes it whatever the page says.
      onClose={onClose}
      ref={dialog}
    >
      <div className="lp-dialog-head">
        <Heading as="h2" id={titleId} size="small">
          {title}
        </Heading>
        <button
          aria-label="Close"
          className="lp-icon-button"
          disabled={busy}
          onClick={onClose}
          type="button"
        >
          <CloseIcon />
        </button>
      </div>
      <div className="lp-dialog-body">{children}</div>
      {error && (
        <p className="lp-inline-error" role="alert">
          {sentenceOf(error)}
        </p>
      )}
      <div className="lp-dialog-foot">
        <Button disabled={busy} onClick={onClose} priority="secondary">
          Cancel
        </Button>
        <Button
          data-testid={props.confirmTestId}
          disabled={busy || !onConfirm}
          onClick={onConfirm}
          skin={props.destructive ? 'destructive' : 'standard'}
        >
          {busy ? props.busyLabel : props.confirmLabel}
        </Button>
      </div>
    </dialog>
  );
}
