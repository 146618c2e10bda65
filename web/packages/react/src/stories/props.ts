export interface PropNote {
  name: string;
  type: string;
  isRequired: boolean;
  /** Its doc comment, without the stars. */
  text: string;
}

const INTERFACE = /export interface (\w+)(?:<\w+>)?(?: extends (\w+))? \{\n([\s\S]*?)\n?\}/g;
const PROP = /(?: {2}\/\*\*([\s\S]*?)\*\/\n)? {2}(\w+)(\?)?(\([^)]*\))?: ([\s\S]*?);(?=\n|$)/g;

/** The props that the source texts declare for a component, inherited ones first; null when it takes none. */
export function propsOf(sources: readonly string[], component: string): PropNote[] | null {
  return membersOf(sources, `${component}Props`);
}

function membersOf(sources: readonly string[], name: string): PropNote[] | null {
  const found = sources
    .flatMap((source) => [...source.matchAll(INTERFACE)])
    .find(([, declared]) => declared === name);
  if (found === undefined) return null;
  const [, , base, body = ''] = found;
  const inherited = base === undefined ? [] : (membersOf(sources, base) ?? []);
  return [...inherited, ...[...body.matchAll(PROP)].map(noteOf)];
}

function noteOf([, doc = '', name = '', optional, call, type = '']: RegExpMatchArray): PropNote {
  return {
    name,
    type: (call === undefined ? type : `${call} => ${type}`).replace(/\s+/g, ' '),
    isRequired: optional === undefined,
    text: inOneLine(doc),
  };
}

/** The doc comment of a component, in one line. */
export function summaryOf(sources: readonly string[], component: string): string {
  const declares = new RegExp(`export (?:function|class) ${component}\\b`);
  const source = sources.find((text) => declares.test(text)) ?? '';
  const at = source.search(declares);
  const before = source.slice(0, Math.max(0, at)).trimEnd();
  const start = before.lastIndexOf('/**');
  if (start === -1 || !before.endsWith('*/')) return '';
  return inOneLine(before.slice(start + 3, -2));
}

function inOneLine(doc: string): string {
  return doc
    .replace(/\n\s*\*/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
