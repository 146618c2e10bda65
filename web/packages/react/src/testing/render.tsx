import { renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { WixProvider } from '../context/WixProvider.js';

/** Puts the page where Wix opens it. */
export function openPage(query = 'instance=token-1'): void {
  window.history.replaceState(null, '', `/?${query}`);
}

/**
 * Fake timers under which promises and `waitFor` still move by themselves; jumps are made with
 * `vi.advanceTimersByTimeAsync`.
 */
export function fakeClock(): void {
  vi.useFakeTimers({
    shouldAdvanceTime: true,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
}

export function Providers({ children }: { children: ReactNode }) {
  return <WixProvider>{children}</WixProvider>;
}

export function renderInWix<T>(hook: () => T) {
  return renderHook(hook, { wrapper: Providers });
}

export function setVisibility(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}
