import type { KeyboardEvent } from 'react';

const STOPS =
  ':is(a[href], button, input, select, textarea, [tabindex]):not([disabled], [tabindex="-1"])';

/** Where the keyboard was: an element, and what stays around it when that element is gone. */
export interface Place {
  element: HTMLElement;
  around: HTMLElement | null;
}

/** Where the keyboard is now; null where it is nowhere. */
export function placeOfFocus(): Place | null {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  return { element, around: element.closest<HTMLElement>('dialog, main') };
}

/**
 * Gives the keyboard back to where it was. Browsers do that too, but lose it where the element is gone, as the button is
 * that deleted something.
 */
export function returnFocus({ element, around }: Place): void {
  const { activeElement, body } = document;
  if (activeElement !== null && activeElement !== body) return;
  const near = around?.matches('dialog') ? around.querySelector<HTMLElement>(STOPS) : around;
  (element.isConnected ? element : near)?.focus({ preventScroll: true });
}

/**
 * Leads from the last place in an element to its first, and back. A modal dialog makes only its own document inert, and
 * the page is shown in a frame: Tab would leave it for the dashboard around it.
 */
export function stepInside(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'Tab') return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(STOPS)];
  const [end, start] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (start === undefined || document.activeElement !== end) return;
  event.preventDefault();
  start.focus();
}
