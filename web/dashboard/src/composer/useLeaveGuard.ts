import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { holdSteps } from '../shell/steps';

/** Where somebody wanted to go: an address, or so many steps in the browser's history. */
type Way = { to: string } | { steps: number };

export interface LeaveGuard {
  /** Somebody wants to leave and has not decided yet. */
  isAsking: boolean;
  stay(): void;
  leave(): void;
}

/**
 * Holds up links, the back button and the closing of the tab while something is unsaved. What this page does itself
 * by `navigate` goes through.
 */
export function useLeaveGuard(isDirty: boolean): LeaveGuard {
  const [way, setWay] = useState<Way | null>(null);
  const navigate = useNavigate();
  const isLeaving = useRef(false);
  const isOnItsWayBack = useRef(false);

  useEffect(() => {
    const here = indexOf(window.history.state);
    // The step back to this page is nobody's wish, also when it arrives after all has been saved.
    return holdSteps((event) => {
      const isBack = isOnItsWayBack.current && indexOf(event.state) === here;
      if (isBack) isOnItsWayBack.current = false;
      return isBack;
    });
  }, []);

  useEffect(() => {
    if (!isDirty) return;
    const here = indexOf(window.history.state);
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const to = targetOf(event);
      if (to === null) return;
      event.preventDefault();
      event.stopPropagation();
      setWay({ to });
    };
    const onStep = (event: PopStateEvent) => {
      const there = indexOf(event.state);
      if (isLeaving.current || here === null || there === null) return false;
      // The browser has moved, and is moved back; the router stays where it is.
      isOnItsWayBack.current = true;
      window.history.go(here - there);
      setWay({ steps: there - here });
      return true;
    };
    window.addEventListener('beforeunload', onUnload);
    const letSteps = holdSteps(onStep);
    document.addEventListener('click', onClick, { capture: true });
    return () => {
      window.removeEventListener('beforeunload', onUnload);
      letSteps();
      document.removeEventListener('click', onClick, { capture: true });
    };
  }, [isDirty]);

  return {
    isAsking: way !== null,
    stay: () => setWay(null),
    leave: () => {
      if (way === null) return;
      isLeaving.current = true;
      setWay(null);
      if ('to' in way) navigate(way.to);
      else window.history.go(way.steps);
    },
  };
}

/** The router numbers its entries; null for an entry that is not the router's, such as a jump within the page. */
function indexOf(state: unknown): number | null {
  if (typeof state !== 'object' || state === null || !('idx' in state)) return null;
  return typeof state.idx === 'number' ? state.idx : null;
}

/** The other page of the app that a click would open in this window. */
function targetOf(event: MouseEvent): string | null {
  const isPlain =
    event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!isPlain || link === null || link.target === '_blank' || link.hasAttribute('download')) {
    return null;
  }
  const { origin, pathname, search } = new URL(link.href, window.location.href);
  const isHere = pathname === window.location.pathname && search === window.location.search;
  return origin !== window.location.origin || isHere ? null : pathname + search;
}
