import { Button, Heading } from '@wix/design-system';
import { useEffect, useId, useState } from 'react';
import { useOpenDialog } from '../feedback/dialog';
import { CloseIcon } from '../shell/icons';
import type { Modal, Shown, Toast } from './host';

const TOAST_MS = 6_000;

function ToastBar({ toast }: { toast: Toast }) {
  const { stays, close } = toast;
  useEffect(() => {
    if (stays) return;
    const timer = setTimeout(close, TOAST_MS);
    return () => clearTimeout(timer);
  }, [stays, close]);
  return (
    <li
      className="lp-toast"
      data-testid="sdk-toast"
      data-type={toast.type}
      role={toast.type === 'error' ? 'alert' : 'status'}
    >
      <span>{toast.message}</span>
      {toast.action && (
        <button className="lp-link" onClick={toast.action.run} type="button">
          {toast.action.text}
        </button>
      )}
      <button aria-label="Dismiss" className="lp-icon-button" onClick={close} type="button">
        <CloseIcon size={16} />
      </button>
    </li>
  );
}

/** What was typed, as the JSON it is or else as text; nothing stays nothing. */
function resultOf(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The app's modal is an extension with an address of its own, which only Wix knows: here it is played by hand. */
function ModalDialog({ modal }: { modal: Modal }) {
  const dialog = useOpenDialog();
  const [titleId, resultId] = [useId(), useId()];
  const [result, setResult] = useState('');
  const params = modal.params === undefined ? 'none' : JSON.stringify(modal.params, null, 2);
  return (
    <dialog
      aria-labelledby={titleId}
      className="lp-dialog"
      data-testid="sdk-modal"
      onCancel={(event) => {
        event.preventDefault();
        modal.close();
      }}
      ref={dialog}
    >
      <div className="lp-dialog-head">
        <Heading as="h2" id={titleId} size="small">
          The app opened a modal
        </Heading>
      </div>
      <div className="lp-dialog-body">
        <dl className="lp-facts">
          <div>
            <dt>Modal</dt>
            <dd>
              <code>{modal.modalId}</code>
            </dd>
          </div>
          <div>
            <dt>Parameters</dt>
            <dd>
              <code>{params}</code>
            </dd>
          </div>
        </dl>
        <label className="lp-field" htmlFor={resultId}>
          <span>Its result, as JSON (optional)</span>
          <input
            className="lp-input"
            data-testid="sdk-modal-result"
            id={resultId}
            onChange={(event) => setResult(event.target.value)}
            value={result}
          />
        </label>
      </div>
      <div className="lp-dialog-foot">
        <Button onClick={() => modal.close()} priority="secondary">
          Close without a result
        </Button>
        <Button data-testid="sdk-modal-close" onClick={() => modal.close(resultOf(result))}>
          Close with it
        </Button>
      </div>
    </dialog>
  );
}

/** Toasts and modals the app asked for. */
export function Layer({ shown }: { shown: Shown }) {
  return (
    <>
      {shown.toasts.length > 0 && (
        <ul aria-label="Messages of the app" className="lp-toasts">
          {shown.toasts.map((toast) => (
            <ToastBar key={toast.id} toast={toast} />
          ))}
        </ul>
      )}
      {shown.modal && <ModalDialog key={shown.modal.modalId} modal={shown.modal} />}
    </>
  );
}
