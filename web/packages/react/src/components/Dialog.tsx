import { Heading } from '@wix/design-system';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useMessages } from '../messages/useMessages.js';
import { type Place, placeOfFocus, returnFocus, stepInside } from './focus.js';
import { CloseIcon } from './icons.js';
import { useOverflow } from './useOverflow.js';

export interface DialogProps {
  /** Whether it is open. */
  isOpen: boolean;
  /** Names the dialog, on the page and to screen readers. */
  title: string;
  /** `wide` for grids and tables; 560 px otherwise. Never wider than the window. */
  size?: 'normal' | 'wide';
  /** Escape, the close button, or a click beside the dialog. */
  onClose(): void;
  /** Its content, which scrolls when there is much of it, by keys too. */
  children: ReactNode;
  /** Buttons at the end, in a row that stays in view while the content scrolls. */
  footer?: ReactNode;
  /** `data-testid` of the box. */
  testId?: string;
}

/**
 * A modal on the browser's own `<dialog>`: it keeps the focus inside, gives it back when it closes, and lies above
 * everything else. Content is rendered only while it is open.
 */
export function Dialog(props: DialogProps) {
  const { isOpen, title, size = 'normal', onClose, children, footer, testId } = props;
  const messages = useMessages();
  const dialog = useRef<HTMLDialogElement>(null);
  const before = useRef<Place | null>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (isOpen && !element.open) {
      before.current = placeOfFocus();
      element.showModal();
    }
    if (!isOpen) {
      element.close();
      if (before.current !== null) returnFocus(before.current);
      before.current = null;
    }
  }, [isOpen]);

  return (
    <dialog
      ref={dialog}
      className="wxa-dialog"
      data-size={size}
      aria-labelledby={titleId}
      onClose={onClose}
      onKeyDown={stepInside}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      {isOpen && (
        <div className="wxa-dialog__box" data-testid={testId}>
          <header className="wxa-dialog__head">
            <Heading as="h2" size="medium" id={titleId}>
              {title}
            </Heading>
            <button
              type="button"
              className="wxa-icon-button"
              onClick={onClose}
              aria-label={messages.close}
            >
              <CloseIcon size={22} />
            </button>
          </header>
          <Content titleId={titleId}>{children}</Content>
          {footer !== undefined && <footer className="wxa-dialog__foot">{footer}</footer>}
        </div>
      )}
    </dialog>
  );
}

/** Keys scroll what has the focus, and nothing inside may take it: then the content does. */
function Content({ titleId, children }: { titleId: string; children: ReactNode }) {
  const content = useRef<HTMLDivElement>(null);
  const stop = useOverflow(content)
    ? { tabIndex: 0, role: 'group', 'aria-labelledby': titleId }
    : undefined;
  return (
    <div ref={content} className="wxa-dialog__content" {...stop}>
      {children}
    </div>
  );
}
