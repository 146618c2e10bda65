import { Text } from '@wix/design-system';
import { useWixContext } from '@wixapp/react';
import { useId } from 'react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { NetworkMark } from '../posts/NetworkMark';
import { NetworkBadge } from '../posts/StateBadge';
import { NETWORKS } from '../posts/state';
import type { NetworkItem, Versions } from '../posts/types';
import { Problems } from './Problems';
import type { ComposerView } from './useComposer';

interface NetworkRowProps {
  item: NetworkItem;
  view: ComposerView;
  /** How long the text is there. */
  length: number;
  problems: readonly string[];
}

/** One network: whether the post goes there, how long it is, and its own words where it has any. */
export function NetworkRow({ item, view, length, problems }: NetworkRowProps) {
  const { draft, change } = view;
  const { networkNames } = useAutopostMessages();
  const { network, account, state } = item;
  const isChosen = draft.networks.includes(network);
  const choose = (isWanted: boolean) =>
    change({
      networks: NETWORKS.filter((each) =>
        each === network ? isWanted : draft.networks.includes(each),
      ),
    });
  return (
    <li className="network-row" data-testid={`composer-network-${network}`} data-chosen={isChosen}>
      <div className="network-row__head">
        <label className="check network-row__name">
          <input
            type="checkbox"
            checked={isChosen}
            onChange={(event) => choose(event.target.checked)}
            data-testid={`composer-choose-${network}`}
          />
          <NetworkMark network={network} />
          <span className="network-row__names">
            <Text size="small" weight="bold">
              {networkNames[network]}
            </Text>
            {account && (
              <Text size="tiny" secondary>
                <bdi>{account}</bdi>
              </Text>
            )}
          </span>
        </label>
        {state !== 'connected' && <NetworkBadge state={state} />}
        {isChosen && <Counter item={item} length={length} />}
      </div>
      {isChosen && <OwnText item={item} view={view} isWrong={problems.length > 0} />}
      <Problems texts={problems} />
    </li>
  );
}

function Counter({ item, length }: { item: NetworkItem; length: number }) {
  const { composer: texts, networkNames } = useAutopostMessages();
  const { format } = useWixContext();
  const limit = item.limits.characters;
  return (
    <span className="counter" data-over={length > limit} data-testid={`counter-${item.network}`}>
      <span aria-hidden="true" dir="ltr">
        {format.number(length)} / {format.number(limit)}
      </span>
      <span className="wxa-sr-only">
        {texts.counter(length, limit, networkNames[item.network])}
      </span>
    </span>
  );
}

function OwnText({
  item,
  view,
  isWrong,
}: Omit<NetworkRowProps, 'length' | 'problems'> & { isWrong: boolean }) {
  const { composer: texts, networkNames } = useAutopostMessages();
  const id = useId();
  const { network } = item;
  const name = networkNames[network];
  const { draft, change } = view;
  const own = draft.versions[network];
  const set = (text: string | null) => {
    const { [network]: _, ...others } = draft.versions;
    const versions: Versions = text === null ? others : { ...others, [network]: { text } };
    change({ versions });
  };
  if (own === undefined) {
    return (
      <button
        type="button"
        className="wxa-link-button network-row__own"
        onClick={() => set(draft.text)}
        aria-label={`${texts.ownText}: ${name}`}
        data-testid={`version-add-${network}`}
      >
        {texts.ownText}
      </button>
    );
  }
  return (
    <div className="wxa-field">
      <label htmlFor={id}>{texts.ownTextOn(name)}</label>
      <textarea
        id={id}
        rows={4}
        dir="auto"
        value={own.text}
        aria-invalid={isWrong}
        onChange={(event) => set(event.target.value)}
        data-testid={`version-${network}`}
      />
      <button
        type="button"
        className="wxa-link-button network-row__own"
        onClick={() => set(null)}
        aria-label={`${texts.sameText}: ${name}`}
        data-testid={`version-remove-${network}`}
      >
        {texts.sameText}
      </button>
    </div>
  );
}
