import { type RefObject, useCallback, useEffect, useId, useRef, useState } from 'react';

export interface Disclosure {
  isOpen: boolean;
  panelId: string;
  container: RefObject<HTMLDivElement>;
  trigger: RefObject<HTMLButtonElement>;
  toggle: () => void;
  close: () => void;
}

/**
 * A button and the panel it opens. A press outside, or the focus leaving, closes the panel; Escape
 * closes it and returns the focus to the button.
 */
export function useDisclosure(): Disclosure {
  const [isOpen, setOpen] = useState(false);
  const panelId = useId();
  const container = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const close = useCallback(() => setOpen(false), []);
  const toggle = useCallback(() => setOpen((open) => !open), []);
  useEffect(() => {
    if (!isOpen) return;
    const leave = (event: Event) => {
      const inside = event.target instanceof Node && container.current?.contains(event.target);
      if (!inside) setOpen(false);
    };
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      trigger.current?.focus();
    };
    document.addEventListener('pointerdown', leave);
    document.addEventListener('focusin', leave);
    document.addEventListener('keydown', closeOnEscape);
    // A press inside the app's frame never reaches this document: it only takes the focus away.
    const leaveToFrame = () =>
      setTimeout(() => {
        if (document.activeElement instanceof HTMLIFrameElement) setOpen(false);
      });
    window.addEventListener('blur', leaveToFrame);
    return () => {
      document.removeEventListener('pointerdown', leave);
      document.removeEventListener('focusin', leave);
      document.removeEventListener('keydown', closeOnEscape);
      window.removeEventListener('blur', leaveToFrame);
    };
  }, [isOpen]);
  return { isOpen, panelId, container, trigger, toggle, close };
}
