import { ApiError, type MessageCatalog, useTexts } from '@wixapp/react';
import { type AppMessages, en } from './en';

const catalog: MessageCatalog<AppMessages> = { en };

/** Languages the dashboard is written in; a new one is one more file beside `en.ts`. */
export const LANGUAGES: readonly string[] = Object.keys(catalog);

export function useAppMessages(): AppMessages {
  return useTexts(catalog);
}

/** A failed action in one sentence: ours where we know better, else the server's. */
export function failureText(error: unknown, messages: AppMessages, otherwise: string): string {
  if (!(error instanceof ApiError)) return otherwise;
  if (error.isOffline) return messages.errors.unreachable;
  if (error.isForbidden) return messages.errors.ownerOnly;
  if (error.code === 'rate_limited') return messages.errors.rateLimited;
  return error.status >= 400 && error.status < 500 ? error.message : otherwise;
}
