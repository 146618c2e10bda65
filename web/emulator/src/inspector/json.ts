export type JsonPart = 'key' | 'text' | 'number' | 'word' | 'plain';

const TOKEN =
  /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;

function kindOf(match: RegExpMatchArray): JsonPart {
  if (match[1] !== undefined) return match[2] === undefined ? 'text' : 'key';
  return /^[a-z]/.test(match[0]) ? 'word' : 'number';
}

/** Pretty-printed JSON in pieces to colour. Joined, the pieces are exactly the printed text. */
export function jsonParts(value: unknown): { part: JsonPart; text: string }[] {
  const printed = JSON.stringify(value, null, 2) ?? 'nothing';
  const parts: { part: JsonPart; text: string }[] = [];
  let end = 0;
  for (const match of printed.matchAll(TOKEN)) {
    if (match.index > end) parts.push({ part: 'plain', text: printed.slice(end, match.index) });
    parts.push({ part: kindOf(match), text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < printed.length) parts.push({ part: 'plain', text: printed.slice(end) });
  return parts;
}
