import { useMemo } from 'react';
import { useWixContext } from '../context/WixContext';
import { type MessageCatalog, messagesFor } from './catalog';
import { en, type PackageMessages } from './en';

const catalog: MessageCatalog<PackageMessages> = { en };

/** The texts of a catalogue in the language of the provider. Pass a constant: it is built once per language. */
export function useTexts<T>(texts: MessageCatalog<T>): T {
  const { locale } = useWixContext().instanceData;
  return useMemo(() => messagesFor(texts, locale), [texts, locale]);
}

/** Texts of the package's own components. */
export function useMessages(): PackageMessages {
  return useTexts(catalog);
}
