import { type RefObject, useEffect } from 'react';

/**
 * Gives the keyboard to the content when what it was at is taken off the page: browsers would leave it nowhere, and the
 * next Tab would begin at the top. A dialog gives it back by itself.
 */
export function useKeptFocus(content: RefObject<HTMLElement>): void {
  useEffect(() => {
    const element = content.current;
    if (element === null) return;
    let last: Element | null = null;
    const note = ({ target }: FocusEvent) => {
      last = target instanceof Element && target.closest('dialog') === null ? target : null;
    };
    // Who points somewhere else, or is in another frame, has left it on purpose.
    const forget = () => {
      last = null;
    };
    const watch = new MutationObserver(() => {
      if (last === null || last.isConnected) return;
      last = null;
      if (document.activeElement === document.body) element.focus({ preventScroll: true });
    });
    watch.observe(element, { childList: true, subtree: true });
    element.addEventListener('focusin', note);
    document.addEventListener('pointerdown', forget, true);
    window.addEventListener('blur', forget);
    return () => {
      watch.disconnect();
      element.removeEventListener('focusin', note);
      document.removeEventListener('pointerdown', forget, true);
      window.removeEventListener('blur', forget);
    };
  }, [content]);
}
