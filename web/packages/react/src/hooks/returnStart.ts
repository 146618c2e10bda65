const PREFIX = 'wixapp.return.';

/** Stands in where the frame's storage is blocked: as long as the page. */
const inMemory = new Map<string, number>();

/**
 * When a payer came back from a checkout, in milliseconds: the first time that it is asked for. Kept for the life of the
 * tab, so that a reload or a visit to another page does not begin the wait anew.
 */
export function returnStart(page: Window, checkoutId: string, nowMs: number): number {
  const known = read(page, checkoutId);
  // A clock that was set back meanwhile would make the wait longer than it is.
  if (known !== undefined && known <= nowMs) return known;
  inMemory.set(checkoutId, nowMs);
  try {
    page.sessionStorage.setItem(PREFIX + checkoutId, String(nowMs));
  } catch {
    // Blocked: the memory has it.
  }
  return nowMs;
}

/** The wait is over, or the payer goes to pay once more: the next return has a beginning of its own. */
export function forgetReturn(page: Window, checkoutId: string): void {
  inMemory.delete(checkoutId);
  try {
    page.sessionStorage.removeItem(PREFIX + checkoutId);
  } catch {
    // Blocked: nothing was kept there.
  }
}

function read(page: Window, checkoutId: string): number | undefined {
  try {
    const kept = page.sessionStorage.getItem(PREFIX + checkoutId);
    return kept === null || !Number.isFinite(Number(kept)) ? undefined : Number(kept);
  } catch {
    return inMemory.get(checkoutId);
  }
}
