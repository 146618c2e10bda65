import { Text } from '@wix/design-system';
import type { ReactNode } from 'react';
import type { Explanation } from '../api/types.js';
import { Dialog } from '../components/Dialog.js';
import { Loaded } from '../components/Loaded.js';
import { LoadingScreen } from '../components/LoadingScreen.js';
import { useWixContext } from '../context/WixContext.js';
import { useExplanation } from '../hooks/useCreditHistory.js';
import { useMessages } from '../messages/useMessages.js';
import { useEntryText } from './useEntryText.js';
import { useSentence } from './useSentence.js';

export interface EntryModalProps {
  /** The entry to explain; null keeps the dialog closed. */
  entryId: string | null;
  /** The page's word for an action that credits were spent on. */
  actionName(action: string): string;
  /** The reader is done. */
  onClose(): void;
}

/** Why an entry is there: what happened, who caused it, and the balance before and after. */
export function EntryModal({ entryId, actionName, onClose }: EntryModalProps) {
  const { explanation: texts } = useMessages();
  const explanation = useExplanation(entryId);
  return (
    <Dialog
      isOpen={entryId !== null}
      title={texts.title}
      onClose={onClose}
      testId="entry-explanation"
    >
      <Loaded query={explanation} loading={<LoadingScreen cards={[180]} />}>
        {(story) => <Story story={story} actionName={actionName} />}
      </Loaded>
    </Dialog>
  );
}

interface StoryProps {
  story: Explanation;
  actionName(action: string): string;
}

function Story({ story, actionName }: StoryProps) {
  const { format } = useWixContext();
  const { explanation: texts, history } = useMessages();
  const textOf = useEntryText(actionName);
  const sentenceOf = useSentence(actionName);
  const { entry, hold, grant, plan, fact } = story;
  return (
    <>
      <Text>
        <span data-testid="entry-sentence">{sentenceOf(story)}</span>
      </Text>
      <dl className="wxa-facts">
        <Fact label={history.at}>{format.dateTime(entry.at)}</Fact>
        <Fact label={history.change}>
          <bdi>{format.signed(entry.amount)}</bdi>
        </Fact>
        <Fact label={history.balance}>
          {texts.fromTo(format.number(story.balanceBefore), format.number(story.balanceAfter))}
        </Fact>
        {entry.pool && <Fact label={history.pool}>{history.pools[entry.pool]}</Fact>}
        {plan && <Fact label={texts.plan}>{plan.name}</Fact>}
        {grant && (
          <Fact label={texts.left}>
            {texts.leftOf(format.number(grant.remaining), format.number(grant.amount))}
          </Fact>
        )}
        {grant?.expiresAt && <Fact label={texts.expires}>{format.dateTime(grant.expiresAt)}</Fact>}
        {hold && (
          <>
            <Fact label={texts.action}>{actionName(hold.action)}</Fact>
            <Fact label={texts.setAside}>{format.number(hold.amount)}</Fact>
            {hold.ended && <Fact label={texts.spent}>{format.number(hold.posted)}</Fact>}
          </>
        )}
        <Fact label={texts.reason}>{textOf(entry)}</Fact>
        {fact && (
          <Fact label={texts.fact}>
            {texts.told(fact.eventType, format.dateTime(fact.happenedAt))}
          </Fact>
        )}
        <Fact label={texts.id}>
          <code dir="ltr">{entry.entryId}</code>
        </Fact>
      </dl>
    </>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="wxa-facts__row">
      <dt>
        <Text size="small" secondary>
          {label}
        </Text>
      </dt>
      <dd>
        <Text size="small">
          <span dir="auto">{children}</span>
        </Text>
      </dd>
    </div>
  );
}
