import { type MessageCatalog, useTexts } from '@wixapp/react';
import { de } from './de';
import { type AutopostMessages, en } from './en';
import { he } from './he';

const catalog: MessageCatalog<AutopostMessages> = { en, de, he };

/** Texts of the pages about posts. They come with the first of these pages, and not with the first view. */
export function useAutopostMessages(): AutopostMessages {
  return useTexts(catalog);
}
