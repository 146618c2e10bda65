import type { HistoryEntry } from '../api/types.js';
import { useMessages } from '../messages/useMessages.js';

/**
 * What an entry was for, in the reader's language: what the books say of it, and for what credits were used on the
 * page's own word. What somebody wrote stays as it is.
 */
export function useEntryText(
  actionName: (action: string) => string,
): (entry: HistoryEntry) => string {
  const { history } = useMessages();
  return ({ reason, text }) => {
    if (!reason) return actionName(text);
    // A newer server may know more reasons than this page.
    const say: ((name: string) => string) | undefined = history.reasons[reason.code];
    if (say === undefined) return text;
    const said = say(reason.name ?? '');
    return reason.refunded ? history.refunded(said) : said;
  };
}
