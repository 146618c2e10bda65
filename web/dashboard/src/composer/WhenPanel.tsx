import { Text } from '@wix/design-system';
import { useWixContext } from '@wixapp/react';
import { useId } from 'react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { Panel } from '../shell/Panel';
import type { ProblemsByPlace } from './Composer';
import { type Draft, localTime } from './draft';
import { Problems } from './Problems';
import type { ComposerView } from './useComposer';

const HOUR_MS = 3_600_000;

interface WhenPanelProps {
  view: ComposerView;
  problems: ProblemsByPlace;
}

/** Now, or at a time to be chosen. */
export function WhenPanel({ view, problems }: WhenPanelProps) {
  const { composer: texts } = useAutopostMessages();
  const { userData } = useWixContext();
  const id = useId();
  const { draft, change } = view;
  const found = problems.at('when');
  const now = userData === undefined ? Date.now() : Date.parse(userData.now);
  const choose = (when: Draft['when']) => {
    const isNeeded = when === 'later' && draft.scheduledAt === '';
    change({ when, ...(isNeeded ? { scheduledAt: nextHour(now) } : {}) });
  };
  return (
    <Panel title={texts.whenTitle}>
      <fieldset className="when">
        <legend className="wxa-sr-only">{texts.whenTitle}</legend>
        {(['now', 'later'] as const).map((when) => (
          <label key={when} className="check">
            <input
              type="radio"
              name={id}
              checked={draft.when === when}
              onChange={() => choose(when)}
              data-testid={`when-${when}`}
            />
            <Text size="small">{texts.when[when]}</Text>
          </label>
        ))}
      </fieldset>
      {draft.when === 'later' && (
        <div className="wxa-field when__at">
          <label htmlFor={`${id}-at`}>{texts.at}</label>
          <input
            id={`${id}-at`}
            type="datetime-local"
            value={draft.scheduledAt}
            min={localTime(new Date(now))}
            aria-invalid={found.length > 0}
            aria-describedby={`${id}-says`}
            onChange={(event) => change({ scheduledAt: event.target.value })}
            data-testid="when-at"
          />
          <Text size="tiny" secondary>
            {texts.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}
          </Text>
        </div>
      )}
      <Problems id={`${id}-says`} texts={found} />
    </Panel>
  );
}

/** The next full hour that leaves time to change one's mind. */
function nextHour(now: number): string {
  return localTime(new Date((Math.floor(now / HOUR_MS) + 2) * HOUR_MS));
}
