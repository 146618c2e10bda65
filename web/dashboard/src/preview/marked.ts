export interface Piece {
  text: string;
  /** Links and tags stand out from the words around them. */
  isMarked: boolean;
}

/** Cuts a text at the links and tags that a network makes of it. */
export function marked(text: string, marks: readonly string[]): readonly Piece[] {
  const wanted = [...new Set(marks)].filter((mark) => mark !== '');
  if (wanted.length === 0) return [{ text, isMarked: false }];
  // The longest first: a tag may begin another one.
  const longest = wanted.sort((one, other) => other.length - one.length).map(escaped);
  const parts = text.split(new RegExp(`(${longest.join('|')})`, 'giu'));
  return parts
    .map((part, index) => ({ text: part, isMarked: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** Tags as they stand in the text, whether or not they came with their sign. */
export function tagsOf(tags: readonly string[]): readonly string[] {
  return tags.map((tag) => (tag.startsWith('#') ? tag : `#${tag}`));
}
