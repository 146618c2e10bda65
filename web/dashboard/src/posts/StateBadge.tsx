import { Badge, type BadgeSkin } from '@wix/design-system';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { NetworkItem, NetworkResult, PostState } from './types';

const SKINS: Record<PostState, BadgeSkin> = {
  draft: 'neutralLight',
  scheduled: 'neutralStandard',
  publishing: 'neutralStandard',
  published: 'neutralSuccess',
  partly_published: 'warningLight',
  failed: 'neutralDanger',
  missed: 'neutralDanger',
};

/** How a post stands, in a word. */
export function StateBadge({ state }: { state: PostState }) {
  const { states } = useAutopostMessages();
  return (
    <Badge skin={SKINS[state]} size="small" uppercase={false}>
      {states[state]}
    </Badge>
  );
}

const RESULT_SKINS: Record<NetworkResult['state'], BadgeSkin> = {
  waiting: 'neutralLight',
  publishing: 'neutralStandard',
  published: 'neutralSuccess',
  failed: 'neutralDanger',
};

/** How a post stands on one network. */
export function ResultBadge({ state }: { state: NetworkResult['state'] }) {
  const { resultStates } = useAutopostMessages();
  return (
    <Badge skin={RESULT_SKINS[state]} size="small" uppercase={false}>
      {resultStates[state]}
    </Badge>
  );
}

const NETWORK_SKINS: Record<NetworkItem['state'], BadgeSkin> = {
  connected: 'neutralSuccess',
  reconnect: 'warningLight',
  disconnected: 'neutralLight',
};

/** Whether posts can go to a network. */
export function NetworkBadge({ state }: { state: NetworkItem['state'] }) {
  const { networks } = useAutopostMessages();
  return (
    <Badge skin={NETWORK_SKINS[state]} size="small" uppercase={false}>
      {networks.states[state]}
    </Badge>
  );
}
