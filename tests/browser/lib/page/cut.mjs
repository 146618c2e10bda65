// Text and controls that are cut off, that stick out of their box, or that lie outside the window. Runs inside the page.
import {
  common,
  holdersOf,
  insideOf,
  isLarger,
  isShown,
  nameOf,
  nowAt,
  placeOf,
  quoted,
  traitsOf,
} from './scene.mjs';
import { isPinned } from './scroll.mjs';

/** @typedef {import('./scene.mjs').Box} Box */
/** @typedef {import('./scene.mjs').Scene} Scene */
/** @typedef {import('./scene.mjs').Thing} Thing */
/**
 * @typedef {object} Held
 * @property {Box | null} part what can be seen of a thing now; null for nothing
 * @property {Box} shape what can be seen of it once everything is scrolled to it
 * @property {string | null} flaw
 */

/**
 * Whether a box stands over an edge. A line is higher than its letters: a part of it is air.
 * @param {Box} box
 * @param {Box} edge
 */
export function isOver(box, edge) {
  const air = Math.max(2, (box.bottom - box.top) / 5);
  return {
    x: Math.max(edge.left - box.left, box.right - edge.right) > 1.5,
    y: Math.max(edge.top - box.top, box.bottom - edge.bottom) > air,
  };
}

/**
 * The part of a box within an edge, along the axes that clip.
 * @param {Box} box
 * @param {Box} edge
 * @param {{ x: boolean, y: boolean }} clips
 * @returns {Box}
 */
export function within(box, edge, clips) {
  const { left, top, right, bottom } = common(box, edge);
  const across = clips.x ? { left, right } : {};
  const down = clips.y ? { top, bottom } : {};
  return { ...box, ...across, ...down };
}

/**
 * What the elements around a thing leave of it.
 * @param {Scene} scene
 * @param {Thing} thing
 * @returns {Held}
 */
export function heldOf(scene, thing) {
  let part = nowAt(scene, thing);
  let shape = part;
  let flaw = null;
  let isBoxed = false;
  for (const holder of holdersOf(scene, thing)) {
    const { x, y, isHidden, paints, excuses } = traitsOf(scene, holder);
    const inside = insideOf(scene, holder);
    const clips = { x: x !== 'visible', y: y !== 'visible' };
    // Of this size is what is there for screen readers only, and what is folded.
    const isFolded = (clips.x || clips.y) && !isLarger(inside, 2);
    if (isHidden || isFolded) return { part: null, shape, flaw: null };
    const over = isOver(part, inside);
    const cuts = { x: /hidden|clip/.test(x), y: /hidden|clip/.test(y) };
    if (((over.x && cuts.x) || (over.y && cuts.y)) && !excuses)
      flaw ??= `is cut by ${nameOf(holder)}`;
    if (paints && !isBoxed) {
      const out = isOver(part, placeOf(scene, holder));
      if ((out.x && !clips.x) || (out.y && !clips.y)) flaw ??= `sticks out of ${nameOf(holder)}`;
      isBoxed = true;
    }
    part = within(part, inside, clips);
    shape = within(shape, inside, cuts);
  }
  return { part: isLarger(part, 2) ? part : null, shape, flaw };
}

/**
 * Why nobody can scroll to a thing.
 * @param {Scene} scene
 * @param {Thing} thing
 * @param {Box} part
 */
export function outsideOf(scene, { element }, part) {
  const { clientWidth, clientHeight } = document.documentElement;
  // The way to the content comes in when the keyboard reaches it.
  const isSkipLink = part.bottom <= 0 && element.closest('a[href^="#"]') !== null;
  if (isSkipLink) return null;
  const isBeside = part.left < -1.5 || part.right > clientWidth + 1.5;
  const isAbove = part.top + window.scrollY < -1.5;
  const isBelow = isPinned(scene, element) && (part.top < -1.5 || part.bottom > clientHeight + 1.5);
  return isBeside || isAbove || isBelow ? 'lies outside the window' : null;
}

/**
 * Fields whose own words have no room: what is chosen, or the example in an empty one.
 * @param {Scene} scene
 * @returns {string[]}
 */
export function crampedIn({ root }) {
  const pen = document.createElement('canvas').getContext('2d');
  return [...root.querySelectorAll('input, select')].flatMap((field) => {
    const isChoice = field instanceof HTMLSelectElement;
    const text = isChoice
      ? field.selectedOptions[0]?.label
      : /** @type {HTMLInputElement} */ (field).value === '' && field.getAttribute('placeholder');
    if (!pen || !text || !isShown(field)) return [];
    const style = getComputedStyle(field);
    pen.font = style.font;
    const padding = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
    const arrow = isChoice && style.appearance !== 'none' ? 16 : 0;
    const over = pen.measureText(text).width - (field.clientWidth - padding - arrow);
    return over > 1.5 ? [`cut: ${quoted(text)} has no room in ${nameOf(field)}`] : [];
  });
}
