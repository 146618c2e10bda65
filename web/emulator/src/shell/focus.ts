import { type RefObject, useEffect } from 'react';

/**
 * Keeps the focus in the content when what had it goes: a button that was disabled for a moment gets it back, and after
 * one that is gone the reader goes on where the content begins.
 */
export function useKeptFocus(content: RefObject<HTMLElement>): void {
  useEffect(() => {
    const root = content.current;
    if (!root) return;
    let last: HTMLElement | null = null;
    let wasDisabled = false;
    const note = ({ target }: FocusEvent) => {
      last = target instanceof HTMLElement && root.contains(target) ? target : null;
      wasDisabled = false;
    };
    const look = () => {
      if (!last || document.activeElement !== document.body) return;
      if (!last.isConnected) root.focus({ preventScroll: true });
      else if (last.matches(':disabled')) wasDisabled = true;
      else if (wasDisabled) last.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(look);
    observer.observe(root, { attributeFilter: ['disabled'], childList: true, subtree: true });
    document.addEventListener('focusin', note);
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', note);
    };
  }, [content]);
}
