import { useMemo } from 'react';
import { useWixContext } from '../context/WixContext.js';
import { type MessageCatalog, messagesFor } from './catalog.js';
import { de } from './de.js';
import { en, type PackageMessages } from './en.js';
import { he } from './he.js';

const catalog: MessageCatalog<PackageMessages> = { en, de, he };

/** Languages the package itself is written in. */
export const PACKAGE_LANGUAGES: readonly string[] = Object.keys(catalog);

/** The texts of a catalogue in the language of the provider. Pass a constant: it is built once per language. */
export function useTexts<T>(texts: MessageCatalog<T>): T {
  const { locale } = useWixContext().instanceData;
  return useMemo(() => messagesFor(texts, locale), [texts, locale]);
}

/** Texts of the package's own components. */
export function useMessages(): PackageMessages {
  return useTexts(catalog);
}
