import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { Network } from './types';

/** Plain signs of our own: the networks' logos are theirs. */
const SIGNS: Record<Network, string> = {
  mastodon: 'M6 17V8.5l6 6 6-6V17',
  bluesky:
    'M12 11C10 7.5 7 6 5 6c0 5 2 6.5 5 6.5-3 .5-3 4 0 4 1.3 0 2-2 2-3 0 1 .7 3 2 3 3 0 3-3.5 0-4 3 0 5-1.5 5-6.5-2 0-5 1.5-7 5Z',
  ayrshare: 'M12 7v10M12 7l-5 5M12 7l5 5',
  fake: 'M7 12.5l3.5 3.5L17 9',
};

interface NetworkMarkProps {
  network: Network;
  /** Says the name to screen readers, where no text beside it does. */
  isNamed?: boolean;
}

/** The sign of a network in its colour. */
export function NetworkMark({ network, isNamed = false }: NetworkMarkProps) {
  const { networkNames } = useAutopostMessages();
  const label = isNamed ? { role: 'img', 'aria-label': networkNames[network] } : {};
  return (
    <span
      className="network-mark"
      data-network={network}
      title={networkNames[network]}
      aria-hidden={!isNamed}
      {...label}
    >
      <svg viewBox="0 0 24 24" width="18" height="18" fill="none" aria-hidden="true">
        <path
          d={SIGNS[network]}
          stroke="currentColor"
          strokeLinecap="round"
          strokeLinejoin="round"
          strokeWidth="2"
        />
      </svg>
    </span>
  );
}
