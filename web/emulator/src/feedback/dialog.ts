import { type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * A modal dialog that is open for as long as it is in the page. The native dialog keeps the focus inside, and gives it
 * back to what had it before.
 */
export function useOpenDialog(): RefObject<HTMLDialogElement> {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (!element.open) element.showModal();
    // While it is still in the page: one that is taken away open leaves the focus nowhere.
    return () => element.close();
  }, []);
  return dialog;
}
