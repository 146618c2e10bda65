import { Text } from '@wix/design-system';
import { Link } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { Check, NetworkItem } from '../posts/types';
import { Panel } from '../shell/Panel';
import type { ProblemsByPlace } from './Composer';
import { textOn } from './draft';
import { lengthOn } from './length';
import { NetworkRow } from './NetworkRow';
import { Problems } from './Problems';
import type { ComposerView } from './useComposer';

interface NetworksPanelProps {
  view: ComposerView;
  networks: readonly NetworkItem[];
  problems: ProblemsByPlace;
  check: Check | undefined;
  /** Whether the check is about what stands there now. */
  isCurrent: boolean;
}

/** Where the post goes, how long it is there, and what it says there. */
export function NetworksPanel(props: NetworksPanelProps) {
  const { view, networks, problems, check, isCurrent } = props;
  const { composer: texts } = useAutopostMessages();
  const { draft } = view;
  // A network that was chosen and lost since is shown, too: it must be possible to take it off.
  const shown = networks.filter(
    ({ network, state }) => state !== 'disconnected' || draft.networks.includes(network),
  );
  const lengthOf = ({ network }: NetworkItem) => {
    const counted = check?.previews.find((preview) => preview.network === network);
    return isCurrent && counted !== undefined
      ? counted.length
      : lengthOn(network, textOn(draft, network));
  };
  return (
    <Panel
      title={texts.networksTitle}
      suffix={
        <Link className="link" to="/networks">
          {texts.manageNetworks}
        </Link>
      }
    >
      {shown.length === 0 && <Text size="small">{texts.noneConnected}</Text>}
      <ul className="network-rows">
        {shown.map((item) => (
          <NetworkRow
            key={item.network}
            item={item}
            view={view}
            length={lengthOf(item)}
            problems={problems.at(item.network)}
          />
        ))}
      </ul>
      <Problems texts={problems.at('networks')} />
    </Panel>
  );
}
