import { Text } from '@wix/design-system';
import type { Usage } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { forecast } from './forecast.js';

export interface UsageForecastProps {
  /** At least the last 14 days; fewer make the forecast less sure. */
  usage: Usage;
}

/** How long the credits last at the pace of the last days, in a sentence. */
export function UsageForecast({ usage }: UsageForecastProps) {
  const { userData, format } = useWixContext();
  const { usage: texts } = useMessages();
  if (userData === undefined) return null;
  const { credits, subscription, now } = userData;
  const nextCycleAt = subscription.nextCycleAt ?? null;
  const seen = forecast({ days: usage.days, available: credits.available, now, nextCycleAt });
  const sentence = () => {
    switch (seen.kind) {
      case 'idle':
        return texts.idle;
      case 'lasts':
        return texts.lasts;
      case 'runs_out':
        if (seen.beforeNextCycle || nextCycleAt === null) {
          return texts.runsOut(format.date(seen.at), format.days(seen.at, now));
        }
        return texts.untilNext(format.date(nextCycleAt));
    }
  };
  return (
    <div className="wxa-forecast" data-testid="usage-forecast" data-kind={seen.kind}>
      <Text weight="bold">{sentence()}</Text>
      {seen.kind !== 'idle' && (
        <Text size="small" secondary>
          {texts.pace(format.decimal(seen.perDay))}
        </Text>
      )}
    </div>
  );
}
