/** Every text of a catalogue by its path; functions are called with values they can show. */
export function textsOf(catalogue: unknown, path = ''): [string, string][] {
  if (typeof catalogue === 'string') return [[path, catalogue]];
  if (typeof catalogue === 'function') return [[path, String(catalogue(3, 4, 5))]];
  return Object.entries(catalogue as object).flatMap(([key, inner]) =>
    textsOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** The paths of texts that one language shares with another letter for letter. */
export function sharedTexts(one: unknown, other: unknown): string[] {
  const theirs = new Map(textsOf(other));
  return textsOf(one)
    .filter(([path, text]) => /[a-z]{3}/.test(text) && theirs.get(path) === text)
    .map(([path]) => path);
}
