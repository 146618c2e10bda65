import type { Words } from './generated/types.gen.js';

interface Named {
  name: string;
  benefits?: string[];
  /** An older server gives none. */
  translations?: Record<string, Words>;
}

/** A plan or top-up in the words of `locale`, of its language, or else as the catalogue says it. */
export function inWordsOf<T extends Named>(locale: string, item: T): T {
  const tag = locale.toLowerCase();
  const words = item.translations?.[tag] ?? item.translations?.[tag.split('-')[0] ?? tag];
  if (words === undefined) {
    return item;
  }
  return { ...item, name: words.name, ...(item.benefits && { benefits: words.benefits }) };
}
