import { Text } from '@wix/design-system';
import { useState } from 'react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { NetworkMark } from '../posts/NetworkMark';
import type { Check, Network, NetworkItem } from '../posts/types';
import { NetworkPreview } from '../preview/NetworkPreview';
import { Panel } from '../shell/Panel';
import { type Draft, textOn } from './draft';

interface PreviewPanelProps {
  draft: Draft;
  networks: readonly NetworkItem[];
  /** Knows which words become links. */
  check: Check | undefined;
}

/** How the post will look, on one network at a time. */
export function PreviewPanel({ draft, networks, check }: PreviewPanelProps) {
  const { preview: texts, networkNames } = useAutopostMessages();
  const [wanted, setWanted] = useState<Network | null>(null);
  const chosen = networks.filter(({ network }) => draft.networks.includes(network));
  const shown = chosen.find(({ network }) => network === wanted) ?? chosen[0];
  const seen = check?.previews.find(({ network }) => network === shown?.network);
  return (
    <aside className="composer__preview" aria-label={texts.title}>
      <Panel title={texts.title}>
        {chosen.length > 1 && (
          <fieldset className="preview-choice" aria-label={texts.choose}>
            {chosen.map(({ network }) => (
              <button
                key={network}
                type="button"
                aria-pressed={network === shown?.network}
                onClick={() => setWanted(network)}
                data-testid={`preview-choose-${network}`}
              >
                <NetworkMark network={network} />
                {networkNames[network]}
              </button>
            ))}
          </fieldset>
        )}
        {shown === undefined ? (
          <Text size="small" secondary>
            {texts.none}
          </Text>
        ) : (
          <NetworkPreview
            item={shown}
            text={textOn(draft, shown.network)}
            images={draft.images}
            links={seen?.links ?? []}
            tags={seen?.tags ?? []}
          />
        )}
      </Panel>
    </aside>
  );
}
