import { createFormat, type Format } from './format.js';

/** Builds all texts of one language; numbers and dates come in through the format. */
export type MessageFactory<T> = (format: Format) => T;

/** The texts of each language, by language subtag. English is the one every other falls back to. */
export type MessageCatalog<T> = { en: MessageFactory<T> } & Record<string, MessageFactory<T>>;

/**
 * The locale to write in: the first wanted one whose language has texts, so that numbers and sentences
 * never mix two languages.
 */
export function chooseLocale(
  wanted: readonly (string | null | undefined)[],
  languages: readonly string[],
): string {
  for (const locale of wanted) {
    const known = canonical(locale);
    if (known !== null && languages.includes(languageOf(known))) return known;
  }
  return 'en';
}

export function messagesFor<T>(catalog: MessageCatalog<T>, locale: string): T {
  const factory = catalog[languageOf(locale)] ?? catalog.en;
  return factory(createFormat(locale));
}

export function directionOf(locale: string): 'ltr' | 'rtl' {
  return ['ar', 'fa', 'he', 'ur', 'yi'].includes(languageOf(locale)) ? 'rtl' : 'ltr';
}

function languageOf(locale: string): string {
  return locale.split('-')[0]?.toLowerCase() ?? 'en';
}

function canonical(locale: string | null | undefined): string | null {
  if (!locale) return null;
  try {
    return Intl.getCanonicalLocales(locale.replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}
