import { useQueryClient } from '@tanstack/react-query';
import { Button, Heading, Text } from '@wix/design-system';
import { Loaded, LoadingScreen } from '@wixapp/react';
import { useState } from 'react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { NetworkMark } from '../posts/NetworkMark';
import { NetworkBadge } from '../posts/StateBadge';
import type { Network, NetworkItem, NetworkList } from '../posts/types';
import { keys, useNetworks } from '../posts/useAutopost';
import { PageHead } from '../shell/PageHead';
import { ConnectDialog } from './ConnectDialog';
import { DisconnectDialog } from './DisconnectDialog';

/** Where posts can go: accounts are connected and taken off here. */
export default function NetworksPage() {
  const { networks: texts } = useAutopostMessages();
  const query = useNetworks();
  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle} />
      <Loaded query={query} loading={<LoadingScreen cards={[190, 190, 190, 190]} layout="grid" />}>
        {({ networks }) => <Networks networks={networks} />}
      </Loaded>
    </div>
  );
}

function Networks({ networks }: { networks: readonly NetworkItem[] }) {
  const cache = useQueryClient();
  const [connecting, setConnecting] = useState<Network | null>(null);
  const [leaving, setLeaving] = useState<Network | null>(null);
  const find = (wanted: Network | null) =>
    networks.find(({ network }) => network === wanted) ?? null;
  const onConnected = (item: NetworkItem) => {
    cache.setQueryData<NetworkList>(keys.networks, (known) => ({
      networks: (known?.networks ?? networks).map((each) =>
        each.network === item.network ? item : each,
      ),
    }));
    setConnecting(null);
  };
  return (
    <>
      <ul className="network-cards">
        {networks.map((item) => (
          <NetworkCard
            key={item.network}
            item={item}
            onConnect={() => setConnecting(item.network)}
            onDisconnect={() => setLeaving(item.network)}
          />
        ))}
      </ul>
      <ConnectDialog
        item={find(connecting)}
        onConnected={onConnected}
        onClose={() => setConnecting(null)}
      />
      <DisconnectDialog item={find(leaving)} onClose={() => setLeaving(null)} />
    </>
  );
}

interface NetworkCardProps {
  item: NetworkItem;
  onConnect(): void;
  onDisconnect(): void;
}

function NetworkCard({ item, onConnect, onDisconnect }: NetworkCardProps) {
  const { networks: texts, networkNames } = useAutopostMessages();
  const { network, state, account, limits } = item;
  const name = networkNames[network];
  return (
    <li className="network-card" data-testid={`network-${network}`} data-state={state}>
      <div className="network-card__head">
        <NetworkMark network={network} />
        <Heading as="h3" size="small">
          {name}
        </Heading>
        <NetworkBadge state={state} />
      </div>
      <div className="network-card__what">
        {account && state !== 'disconnected' && (
          <Text size="small" weight="bold">
            <bdi>{account}</bdi>
          </Text>
        )}
        <Text size="small" secondary>
          {state === 'reconnect' ? texts.expired : texts.about[network]}
        </Text>
        <Text size="tiny" secondary>
          {texts.limits(limits.characters, limits.images)}
        </Text>
      </div>
      <div className="actions__buttons">
        {state !== 'connected' && (
          <Button
            size="small"
            onClick={onConnect}
            aria-label={`${state === 'reconnect' ? texts.reconnect : texts.connect}: ${name}`}
            data-testid={`connect-${network}`}
          >
            {state === 'reconnect' ? texts.reconnect : texts.connect}
          </Button>
        )}
        {state !== 'disconnected' && (
          <Button
            size="small"
            priority="secondary"
            onClick={onDisconnect}
            aria-label={`${texts.disconnect}: ${name}`}
            data-testid={`disconnect-${network}`}
          >
            {texts.disconnect}
          </Button>
        )}
      </div>
    </li>
  );
}
