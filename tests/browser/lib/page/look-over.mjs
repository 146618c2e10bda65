// Looks over everything on a page, as a reader who scrolls through it. Runs inside the page.
import { coveredOf, layerOf, lettersOf } from './cover.mjs';
import { crampedIn, heldOf, outsideOf } from './cut.mjs';
import { emptyIn } from './empty.mjs';
import {
  common,
  holdersOf,
  isLarger,
  nameOf,
  newScene,
  nowAt,
  quoted,
  thingsIn,
  traitsOf,
} from './scene.mjs';
import { bring, isWhole, rememberScroll } from './scroll.mjs';

/** @typedef {import('./scene.mjs').Scene} Scene */
/** @typedef {import('./scene.mjs').Thing} Thing */

/**
 * @param {Thing} thing
 * @param {string} what
 */
export function told({ kind, element, text }, what) {
  return `${what}: ${kind} ${quoted(text)} ${nameOf(element)}`;
}

/**
 * Looks at each thing once it is in view.
 * @param {Scene} scene
 * @param {readonly Thing[]} things
 * @returns {{ flaws: string[], seen: Thing[] }}
 */
export function seeAll(scene, things) {
  /** @type {string[]} */
  const flaws = [];
  /** @type {Thing[]} */
  const seen = [];
  let left = [...things];
  for (let round = 0; left.length > 0; round += 1) {
    const [first] = left;
    if (first !== undefined && round > 0) bring(scene, first, 0.25);
    left = left.filter((thing) => {
      const { part, flaw } = heldOf(scene, thing);
      if (flaw !== null) {
        flaws.push(told(thing, flaw));
        return false;
      }
      const isTurn = round > 0 && thing === first;
      if (part === null) return !isTurn;
      if (!isTurn && !isWhole(part, nowAt(scene, thing))) return true;
      seen.push(thing);
      const what = outsideOf(scene, thing, part) ?? coveredOf(scene, things, thing, part);
      if (what !== null) flaws.push(told(thing, what));
      return false;
    });
  }
  return { flaws, seen };
}

/**
 * What scrolls a thing without the page around it.
 * @param {Scene} scene
 * @param {Thing} thing
 */
export function scrollerOf(scene, thing) {
  return holdersOf(scene, thing).find((holder) => {
    const { x, y } = traitsOf(scene, holder);
    return /auto|scroll/.test(x) || /auto|scroll/.test(y);
  });
}

/**
 * Pairs of things that stand in each other, whichever is drawn above.
 * @param {Scene} scene
 * @param {readonly Thing[]} seen
 * @returns {string[]}
 */
export function overlapsIn(scene, seen) {
  const places = seen
    .map((thing) => ({
      thing,
      box: lettersOf(thing, heldOf(scene, thing).shape),
      layer: layerOf(scene, thing.element, /fixed|absolute|sticky/),
      scroller: scrollerOf(scene, thing),
    }))
    .sort((one, other) => one.box.top - other.box.top);
  return places.flatMap(({ thing, box, layer, scroller }, index) => {
    const found = [];
    for (const other of places.slice(index + 1)) {
      if (other.box.top >= box.bottom) break;
      // What moves apart when one scrolls is seen where something is covered.
      if (layer !== other.layer || scroller !== other.scroller) continue;
      const [one, two] = [thing.element, other.thing.element];
      if (one.contains(two) || two.contains(one) || !isLarger(common(box, other.box), 2)) continue;
      found.push(told(thing, `overlaps ${quoted(other.thing.text)} ${nameOf(two)}`));
    }
    return found;
  });
}

/**
 * What is cut, covered or empty on this page.
 * @returns {string[]}
 */
export function lookOver() {
  // What lets clicks through is in nobody's way, but it is in sight.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { pointer-events: auto !important }');
  document.adoptedStyleSheets.push(sheet);
  const scene = newScene();
  const putBack = rememberScroll(scene);
  try {
    const things = thingsIn(scene);
    const { flaws, seen } = seeAll(scene, things);
    putBack();
    scene.places.clear();
    const overlaps = overlapsIn(scene, seen);
    const all = [...flaws, ...overlaps, ...crampedIn(scene), ...emptyIn(scene, things)];
    return [...new Set(all)];
  } finally {
    putBack();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
  }
}
