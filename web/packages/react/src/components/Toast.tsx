import type { ReactElement } from 'react';
import type { ToastMessage, ToastTone } from '../context/ToastProvider.js';
import { useMessages } from '../messages/useMessages.js';
import { AlertDisc, CloseIcon, DoneDisc, InfoDisc } from './icons.js';
import { RequestId } from './RequestId.js';

const ICONS: Record<ToastTone, ReactElement> = {
  success: <DoneDisc />,
  error: <AlertDisc />,
  info: <InfoDisc />,
};

export interface ToastProps {
  /** The message. */
  toast: ToastMessage;
  /** It is to go. */
  onClose(): void;
}

/** One short message. An error interrupts a screen reader, everything else waits for its turn. */
export function Toast({ toast, onClose }: ToastProps) {
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
      <span className="wxa-toast__text">
        {toast.text}
        <RequestId id={toast.requestId} />
      </span>
      <button
        type="button"
        className="wxa-icon-button"
        onClick={onClose}
        aria-label={messages.close}
      >
        <CloseIcon size={20} />
      </button>
    </div>
  );
}
