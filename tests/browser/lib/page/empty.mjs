// Boxes that are drawn and hold nothing. Runs inside the page.
import { hasEdge, isSeen, isShown, nameOf } from './scene.mjs';

/** @typedef {import('./scene.mjs').Scene} Scene */
/** @typedef {import('./scene.mjs').Thing} Thing */

export const CONTENT =
  'img, svg, canvas, video, iframe, object, input, select, textarea, progress, meter';
/** A name stands for what a small thing shows, such as a colour; that of a part of the page stands for nothing. */
export const NAMED = ':is([aria-label], [aria-labelledby], [title])';
export const REGIONS =
  ':is(section, article, aside, nav, main, form, fieldset, ul, ol, table, figure, dialog, ' +
  '[role=region], [role=group], [role=list])';
/** What is to be looked at and not read, and the skeletons of what still loads. */
export const SILENT =
  '[role=img], [role=progressbar], [role=meter], [role=slider], [role=separator], hr, svg, iframe, ' +
  '[aria-busy=true], [data-testid=loading-screen], .wxa-bone, .wxa-credit-card--loading, .boot__page';
export const LEAST_PX = 12;
/** A box for the eye alone, such as a speck of confetti, is small: larger ones look as if something were missing. */
export const LEAST_HIDDEN_PX = 24;

/**
 * The colour that an element is drawn upon.
 * @param {Element} element
 */
export function groundOf(element) {
  for (let each = element.parentElement; each; each = each.parentElement) {
    const { backgroundColor } = getComputedStyle(each);
    if (isSeen(backgroundColor)) return backgroundColor;
  }
  return 'rgb(255, 255, 255)';
}

/**
 * Whether an element is drawn as a box.
 * @param {Element} element
 */
export function isBox(element) {
  const style = getComputedStyle(element);
  const isFilled = isSeen(style.backgroundColor) && style.backgroundColor !== groundOf(element);
  return isFilled || hasEdge(style) || style.boxShadow !== 'none';
}

/**
 * The elements around every text that is shown.
 * @param {readonly Thing[]} things
 * @returns {Set<Element>}
 */
export function worded(things) {
  /** @type {Set<Element>} */
  const around = new Set();
  for (const { kind, element } of things) {
    if (kind !== 'text') continue;
    for (let each = /** @type {Element | null} */ (element); each; each = each.parentElement) {
      if (around.has(each)) break;
      around.add(each);
    }
  }
  return around;
}

/**
 * Whether there is anything but words in an element, to look at or to be told.
 * @param {Element} element
 */
export function isFurnished(element) {
  const furniture = `${CONTENT}, ${NAMED}:not(${REGIONS})`;
  const parts = [element, ...element.querySelectorAll('*')];
  if (parts.some((part) => part.matches(furniture) && isShown(part))) return true;
  return [undefined, '::before', '::after'].some((part) => {
    const { backgroundImage, content } = getComputedStyle(element, part);
    return backgroundImage !== 'none' || !/^(none|normal|""|'')$/.test(content);
  });
}

/**
 * @param {Scene} scene
 * @param {readonly Thing[]} things
 * @returns {string[]}
 */
export function emptyIn({ root }, things) {
  const words = worded(things);
  /** @type {Element[]} */
  const found = [];
  for (const element of root.querySelectorAll('*')) {
    if (words.has(element) || element.closest(SILENT) || !isShown(element)) continue;
    const { width, height } = element.getBoundingClientRect();
    const least = element.closest('[aria-hidden=true]') ? LEAST_HIDDEN_PX : LEAST_PX;
    const isInside = found.some((each) => each.contains(element));
    if (Math.min(width, height) < least || isInside) continue;
    if (isBox(element) && !isFurnished(element)) found.push(element);
  }
  const boxes = found.map((element) => {
    const { width, height } = element.getBoundingClientRect();
    return `empty: ${nameOf(element)}, ${Math.round(width)} × ${Math.round(height)} px`;
  });
  const images = [...root.querySelectorAll('img')].filter(
    (image) => image.complete && image.naturalWidth === 0 && isShown(image),
  );
  return [...boxes, ...images.map((image) => `empty: ${nameOf(image)} shows no image`)];
}
