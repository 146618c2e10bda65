// Text and controls that something else lies over. Runs inside the page.
import { heldOf } from './cut.mjs';
import { isSeen, isShown, nameOf, nowAt, traitsOf } from './scene.mjs';
import { bring } from './scroll.mjs';

/** @typedef {import('./scene.mjs').Box} Box */
/** @typedef {import('./scene.mjs').Scene} Scene */
/** @typedef {import('./scene.mjs').Thing} Thing */

export const LAYERS =
  'dialog, [popover], [role=dialog], [role=alertdialog], [role=menu], [role=listbox], ' +
  '[role=tooltip], [role=status], [role=alert]';

/**
 * Without the air above and below letters.
 * @param {Thing} thing
 * @param {Box} box
 * @returns {Box}
 */
export function lettersOf({ kind }, box) {
  const air = kind === 'text' ? (box.bottom - box.top) / 5 : 0;
  return { ...box, top: box.top + air, bottom: box.bottom - air };
}

/**
 * Whether an element draws something at a point of it.
 * @param {Scene} scene
 * @param {readonly Thing[]} things
 * @param {Element} element
 * @param {number} x
 * @param {number} y
 */
export function drawsAt(scene, things, element, x, y) {
  if (!isShown(element)) return false;
  if (/^(img|canvas|video|iframe|input|select|textarea|progress)$/.test(element.localName))
    return true;
  if (element instanceof SVGGeometryElement) {
    const { fill, fillOpacity, stroke } = getComputedStyle(element);
    return (isSeen(fill) && fillOpacity !== '0') || isSeen(stroke);
  }
  if (traitsOf(scene, element).paints) return true;
  return things.some((thing) => {
    if (thing.kind !== 'text' || thing.element !== element) return false;
    const { left, top, right, bottom } = lettersOf(thing, nowAt(scene, thing));
    return left < x && x < right && top < y && y < bottom;
  });
}

/**
 * What lies over a thing at a point.
 * @param {Scene} scene
 * @param {readonly Thing[]} things
 * @param {Thing} thing
 * @param {number} x
 * @param {number} y
 */
export function coverAt(scene, things, { kind, element }, x, y) {
  for (const each of document.elementsFromPoint(x, y)) {
    if (each.contains(element)) return null;
    if (kind === 'control' && element.contains(each)) continue;
    if (drawsAt(scene, things, each, x, y)) return each;
  }
  return null;
}

/**
 * @param {Scene} scene
 * @param {readonly Thing[]} things
 * @param {Thing} thing
 * @param {Box} part
 */
export function coverOf(scene, things, thing, part) {
  const { left, top, right, bottom } = part;
  const [width, height] = [right - left, bottom - top];
  const [x, y] = [Math.min(4, width / 4), Math.min(8, height * 0.3)];
  const places = [
    [left + width / 2, top + height / 2],
    [left + x, top + y],
    [right - x, top + y],
    [left + x, bottom - y],
    [right - x, bottom - y],
  ];
  for (const [across = 0, down = 0] of places) {
    const cover = coverAt(scene, things, thing, across, down);
    if (cover !== null) return cover;
  }
  return null;
}

/**
 * The nearest element that is taken out of the flow.
 * @param {Scene} scene
 * @param {Element} element
 * @param {RegExp} by
 */
export function layerOf(scene, element, by) {
  for (let each = /** @type {Element | null} */ (element); each; each = each.parentElement) {
    if (by.test(traitsOf(scene, each).position)) return each;
  }
  return null;
}

/**
 * Whether a layer comes and goes, and may lie over a page meanwhile.
 * @param {Element} layer
 * @param {Element} inside
 */
export function isPassing(layer, inside) {
  const named = inside.closest(LAYERS);
  if (named !== null && (layer.contains(named) || named.contains(layer))) return true;
  return (
    layer.id !== '' &&
    document.querySelector(`[aria-expanded=true][aria-controls="${layer.id}"]`) !== null
  );
}

/**
 * How a thing that is covered is to be taken.
 * @param {Scene} scene
 * @param {Thing} thing
 * @param {Element} cover
 * @returns {'fine' | 'perhaps' | 'flaw'}
 */
export function judge(scene, { element }, cover) {
  const layer = layerOf(scene, cover, /fixed|absolute|sticky/);
  if (layer === null || layer.contains(element)) return 'flaw';
  if (isPassing(layer, cover)) return 'fine';
  // A bar that stays in the window: what it hides can be scrolled out from under it.
  return layerOf(scene, cover, /fixed|sticky/) === null ? 'flaw' : 'perhaps';
}

/**
 * What is wrong with one thing, where it stands now.
 * @param {Scene} scene
 * @param {readonly Thing[]} things
 * @param {Thing} thing
 * @param {Box} part
 * @returns {string | null}
 */
export function coveredOf(scene, things, thing, part) {
  const cover = coverOf(scene, things, thing, part);
  if (cover === null) return null;
  const verdict = judge(scene, thing, cover);
  if (verdict === 'fine') return null;
  if (verdict === 'flaw') return `is covered by ${nameOf(cover)}`;
  bring(scene, thing, 0.5);
  const { part: freed } = heldOf(scene, thing);
  const still = freed && coverOf(scene, things, thing, freed);
  return still && judge(scene, thing, still) !== 'fine'
    ? `is always covered by ${nameOf(still)}`
    : null;
}
