import type { EntryKind, Explanation } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { useEntryText } from './useEntryText.js';

/** What an entry did and why, in the reader's language: the server tells it in English alone. */
export function useSentence(
  actionName: (action: string) => string,
): (story: Explanation) => string {
  const { format } = useWixContext();
  const { explanation, history } = useMessages();
  const texts = explanation.sentences;
  const textOf = useEntryText(actionName);

  const given = ({ entry, grant, plan, fact }: Explanation) => {
    const [count, why] = [entry.amount, textOf(entry)];
    if (!grant) return texts.given(count, why);
    const [name, day] = [plan?.name ?? texts.yourPlan, format.date(grant.effectiveAt)];
    switch (grant.source) {
      case 'free':
        return texts.start(count);
      case 'cycle':
        return fact ? texts.bought(count, name, day) : texts.cycle(count, name, day);
      case 'upgrade':
        return texts.upgrade(count, name, day);
      case 'trial':
        return texts.trial(count, name);
      case 'carried':
        return texts.carried(count);
      case 'top_up':
        return texts.topUp(count, day);
      case 'promo':
        return texts.promo(count, why);
      case 'adjust':
        return texts.byHand(count, why);
      default:
        return texts.given(count, why);
    }
  };

  return (story) => {
    const { entry, hold, actor } = story;
    const [kind, why] = [entry.kind, textOf(entry)];
    const action = actionName(hold?.action ?? entry.text);
    // Spending what was put aside changes nothing that can be spent: the reservation knows how many they were.
    const count = kind === 'post' ? (hold?.posted ?? 0) : Math.abs(entry.amount);
    const known: Record<EntryKind, () => string> = {
      grant: () => given(story),
      reserve: () => texts.reserve(count, action),
      post: () => texts.post(count, action),
      void: () => texts.void(count, action, texts[hold?.ended ?? 'voided']),
      spend: () => texts.spend(count, why),
      reset: () => texts.reset(count, why),
      expire: () => texts.expire(count, why),
      reversal: () => texts.reversal(count, why),
      repayment: () => texts.repayment(count, why),
      adjust: () => texts.adjust(count, actor, why),
    };
    // A newer server may know more kinds than this page.
    const tell: (() => string) | undefined = known[kind];
    return tell === undefined || count === 0
      ? texts.other(history.kinds[kind] ?? kind, why)
      : tell();
  };
}
