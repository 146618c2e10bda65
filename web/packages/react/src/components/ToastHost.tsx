import type { ReactElement } from 'react';
import { type ToastMessage, type ToastTone, useToast } from '../context/ToastProvider';
import { useMessages } from '../messages/useMessages';
import { AlertDisc, CloseIcon, DoneDisc, InfoDisc } from './icons';

const ICONS: Record<ToastTone, ReactElement> = {
  success: <DoneDisc />,
  error: <AlertDisc />,
  info: <InfoDisc />,
};

/** The place where toasts appear; put one at the end of the page. */
export function ToastHost() {
  const { toasts, dismiss } = useToast();
  return (
    <div className="wxa-toasts">
      {toasts.map((toast) => (
        <Toast key={toast.id} toast={toast} onClose={() => dismiss(toast.id)} />
      ))}
    </div>
  );
}

function Toast({ toast, onClose }: { toast: ToastMessage; onClose(): void }) {
  const messages = useMessages();
  return (
    <div
      className="wxa-toast"
      data-tone={toast.tone}
      data-testid="toast"
      role={toast.tone === 'error' ? 'alert' : 'status'}
    >
      <span className="wxa-toast__icon" aria-hidden="true">
        {ICONS[toast.tone]}
      </span>
      <span className="wxa-toast__text">{toast.text}</span>
      <button
        type="button"
        className="wxa-toast__close"
        onClick={onClose}
        aria-label={messages.close}
      >
        <CloseIcon size={20} />
      </button>
    </div>
  );
}
