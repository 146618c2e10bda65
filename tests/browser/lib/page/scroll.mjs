// The way to everything on a page, and back to where it was. Runs inside the page.
import { common, holdersOf, insideOf, nowAt, traitsOf } from './scene.mjs';

/** @typedef {import('./scene.mjs').Box} Box */
/** @typedef {import('./scene.mjs').Scene} Scene */
/** @typedef {import('./scene.mjs').Thing} Thing */

/**
 * Whether it keeps its place in the window while the page scrolls.
 * @param {Scene} scene
 * @param {Element} element
 */
export function isPinned(scene, element) {
  for (let each = /** @type {Element | null} */ (element); each; each = each.parentElement) {
    if (traitsOf(scene, each).position === 'fixed') return true;
  }
  return false;
}

/**
 * Scrolls everything around a thing so that it is in view.
 * @param {Scene} scene
 * @param {Thing} thing
 * @param {number} at 0 is the upper end of the window, 1 the lower
 */
export function bring(scene, thing, at) {
  for (const holder of holdersOf(scene, thing)) {
    const { x, y } = traitsOf(scene, holder);
    const box = nowAt(scene, thing);
    const inside = insideOf(scene, holder);
    const left = /auto|scroll/.test(x)
      ? (box.left + box.right - inside.left - inside.right) / 2
      : 0;
    const high = inside.bottom - inside.top;
    const top = /auto|scroll/.test(y) ? box.top - inside.top - high * at : 0;
    if (left === 0 && top === 0) continue;
    holder.scrollBy({ left, top, behavior: 'instant' });
    scene.places.clear();
  }
  if (isPinned(scene, thing.element)) return;
  window.scrollBy({ top: nowAt(scene, thing).top - window.innerHeight * at, behavior: 'instant' });
  scene.places.clear();
}

/**
 * Everything that can be scrolled, and how to put it back.
 * @param {Scene} scene
 * @returns {() => void}
 */
export function rememberScroll({ root }) {
  const moved = [document.documentElement, ...root.querySelectorAll('*')].filter(
    ({ scrollLeft, scrollTop, scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
      scrollLeft !== 0 ||
      scrollTop !== 0 ||
      scrollWidth > clientWidth ||
      scrollHeight > clientHeight,
  );
  const places = moved.map((element) => ({
    element,
    left: element.scrollLeft,
    top: element.scrollTop,
  }));
  return () => {
    for (const { element, left, top } of places)
      element.scrollTo({ left, top, behavior: 'instant' });
  };
}

/**
 * @param {Box} part
 * @param {Box} whole
 */
export function isWhole(part, whole) {
  const { innerWidth, innerHeight } = window;
  const seen = common(part, { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
  return ['left', 'top', 'right', 'bottom'].every((side) => {
    const key = /** @type {keyof Box} */ (side);
    return Math.abs(seen[key] - whole[key]) < 2;
  });
}
