// What stands on a page, and where. Runs inside the page; `flaws.mjs` brings it there.

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box */

/**
 * One line of text, or something that can be clicked or filled in.
 * @typedef {object} Thing
 * @property {'text' | 'control'} kind
 * @property {Element} element what holds the text, or the control
 * @property {string} text
 * @property {Box} box where it stood when the look began
 * @property {Box} anchor where its element stood then
 */

/**
 * What counts of an element's style, which stays while a page is looked at.
 * @typedef {object} Traits
 * @property {string} position
 * @property {string} x what becomes of that which stands over its sides: `visible`, `hidden`, `auto` …
 * @property {string} y the same above and below
 * @property {boolean} isInline
 * @property {boolean} isHidden
 * @property {boolean} holds whether it holds what is placed absolutely in it
 * @property {boolean} paints
 * @property {boolean} excuses whether what it cuts can be read nevertheless
 */

/**
 * @typedef {object} Scene
 * @property {Element} root what can be looked at
 * @property {Map<Element, Traits>} traits
 * @property {Map<Element, Box>} places of this moment: whatever scrolls empties it
 */

export const CONTROLS =
  'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=switch]';

/**
 * A modal dialog alone, when there is one: the page behind it is out of reach.
 * @returns {Scene}
 */
export function newScene() {
  const root = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body;
  return { root, traits: new Map(), places: new Map() };
}

/**
 * @param {DOMRect} rect
 * @returns {Box}
 */
export function boxOf({ left, top, right, bottom }) {
  return { left, top, right, bottom };
}

/**
 * @param {Box} one
 * @param {Box} other
 * @returns {Box}
 */
export function common(one, other) {
  return {
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  };
}

/**
 * @param {Box} box
 * @param {number} least
 */
export function isLarger({ left, top, right, bottom }, least) {
  return right - left > least && bottom - top > least;
}

/** @param {Element} element */
export function isShown(element) {
  return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
}

/** @param {string} color */
export function isSeen(color) {
  return !/^transparent$|^none$|^rgba\(.*, 0\)$|\/ 0\)$/.test(color);
}

/**
 * @param {Scene} scene
 * @returns {Thing[]}
 */
export function thingsIn({ root }) {
  /** @type {Thing[]} */
  const things = [];
  /**
   * @param {Thing['kind']} kind
   * @param {Element} element
   * @param {string} text
   * @param {DOMRect} rect
   */
  const add = (kind, element, text, rect) => {
    const box = boxOf(rect);
    const anchor = boxOf(element.getBoundingClientRect());
    if (isLarger(box, 1)) things.push({ kind, element, text, box, anchor });
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.nodeValue ?? '';
    if (element === null || !/\S/.test(text) || !isShown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) add('text', element, text, rect);
  }
  for (const element of root.querySelectorAll(CONTROLS)) {
    // A link within a sentence is as many boxes as it has lines, and those are looked at as text.
    const isLine = element.localName === 'a' && getComputedStyle(element).display === 'inline';
    const text = element.textContent ?? '';
    if (!isLine && isShown(element)) add('control', element, text, element.getBoundingClientRect());
  }
  return things;
}

/** @param {CSSStyleDeclaration} style */
export function hasEdge(style) {
  return ['top', 'right', 'bottom', 'left'].every((side) => {
    const read = (/** @type {string} */ part) => style.getPropertyValue(`border-${side}-${part}`);
    const isDrawn = Number.parseFloat(read('width')) > 0 && read('style') !== 'none';
    return isDrawn && isSeen(read('color'));
  });
}

/**
 * @param {Scene} scene
 * @param {Element} element
 * @returns {Traits}
 */
export function traitsOf({ traits }, element) {
  const known = traits.get(element);
  if (known !== undefined) return known;
  const style = getComputedStyle(element);
  const shortens = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
  const found = {
    position: style.position,
    x: style.overflowX,
    y: style.overflowY,
    isInline: style.display === 'inline',
    // The usual way to leave words to screen readers.
    isHidden: style.clipPath === 'inset(50%)',
    holds: style.position !== 'static' || style.transform !== 'none',
    paints: isSeen(style.backgroundColor) || style.backgroundImage !== 'none' || hasEdge(style),
    // Three dots are fine where the whole can be read.
    excuses: shortens && element.closest('[title]') !== null,
  };
  traits.set(element, found);
  return found;
}

/**
 * Where an element stands now.
 * @param {Scene} scene
 * @param {Element} element
 */
export function placeOf({ places }, element) {
  const known = places.get(element);
  if (known !== undefined) return known;
  const place = boxOf(element.getBoundingClientRect());
  places.set(element, place);
  return place;
}

/**
 * Where a thing stands now: what scrolls moves it with its element.
 * @param {Scene} scene
 * @param {Thing} thing
 * @returns {Box}
 */
export function nowAt(scene, { element, box, anchor }) {
  const place = placeOf(scene, element);
  const [x, y] = [place.left - anchor.left, place.top - anchor.top];
  return { left: box.left + x, top: box.top + y, right: box.right + x, bottom: box.bottom + y };
}

/**
 * The inside of an element's border.
 * @param {Scene} scene
 * @param {Element} element
 * @returns {Box}
 */
export function insideOf(scene, element) {
  const place = placeOf(scene, element);
  if (!(element instanceof HTMLElement)) return place;
  const [left, top] = [place.left + element.clientLeft, place.top + element.clientTop];
  return { left, top, right: left + element.clientWidth, bottom: top + element.clientHeight };
}

/**
 * The elements that hold a thing in their place, from within.
 * @param {Scene} scene
 * @param {Thing} thing
 * @returns {Element[]}
 */
export function holdersOf(scene, { kind, element }) {
  /** @type {Element[]} */
  const holders = [];
  // What is placed absolutely is held by none but the next element with a place of its own.
  let isFree = false;
  for (let each = element; each !== document.body; ) {
    const { holds, isInline, position } = traitsOf(scene, each);
    if (holds) isFree = false;
    const isItself = kind === 'control' && each === element;
    if (!isFree && !isInline && !isItself) holders.push(each);
    if (position === 'fixed' || each.parentElement === null) break;
    isFree ||= position === 'absolute';
    each = each.parentElement;
  }
  return holders;
}

/**
 * Names an element for a reader.
 * @param {Element} element
 */
export function nameOf(element) {
  const own = element.getAttribute('data-testid');
  if (own !== null) return `[${own}]`;
  const [first] = element.classList;
  const around = element.closest('[data-testid]')?.getAttribute('data-testid');
  const name = element.localName + (first === undefined ? '' : `.${first}`);
  return around === undefined || around === null ? name : `${name} in [${around}]`;
}

/** @param {string} text */
export function quoted(text) {
  const short = text.replace(/\s+/g, ' ').trim();
  return short.length > 60 ? `“${short.slice(0, 60)}…”` : `“${short}”`;
}
