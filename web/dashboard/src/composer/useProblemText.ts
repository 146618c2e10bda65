import { useWixContext } from '@wixapp/react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { Check, NetworkItem, Problem } from '../posts/types';
import { placeOf } from './problem';

/** A problem in the reader's language: by its code, else the server's own words where those can be read. */
export function useProblemText(
  networks: readonly NetworkItem[],
  check: Check | undefined,
): (problem: Problem) => string {
  const { problems: texts, networkNames } = useAutopostMessages();
  const { locale } = useWixContext().instanceData;
  return (problem) => {
    // What concerns a network is said with that network's limits.
    const item = networks.find(({ network }) => network === problem.network);
    const seen = check?.previews.find(({ network }) => network === problem.network);
    const over = seen === undefined ? 0 : Math.max(0, seen.length - seen.limit);
    const say = texts.codes[problem.code];
    if (say !== undefined && (item !== undefined || !problem.network)) {
      return say({
        name: problem.network ? networkNames[problem.network] : '',
        limits: item?.limits,
        over,
      });
    }
    if (locale.startsWith('en')) return problem.message;
    const place = placeOf(problem);
    return place in texts.places
      ? texts.places[place as keyof typeof texts.places]
      : texts.places.network;
  };
}
