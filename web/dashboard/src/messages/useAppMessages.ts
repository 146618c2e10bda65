import { type MessageCatalog, useTexts } from '@wixapp/react';
import { de } from './de';
import { type AppMessages, en } from './en';
import { he } from './he';

const catalog: MessageCatalog<AppMessages> = { en, de, he };

/** Languages the dashboard is written in; a new one is one more file beside `en.ts`. */
export const LANGUAGES: readonly string[] = Object.keys(catalog);

export function useAppMessages(): AppMessages {
  return useTexts(catalog);
}
