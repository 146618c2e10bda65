import { Text } from '@wix/design-system';
import type { Usage } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { forecast, nextCredits, planEnd } from './forecast.js';

export interface UsageForecastProps {
  /** At least the last 14 days; fewer make the forecast less sure. */
  usage: Usage;
}

/** How long the credits last at the pace of the last days, in a sentence. */
export function UsageForecast({ usage }: UsageForecastProps) {
  const { userData, format } = useWixContext();
  const { usage: texts } = useMessages();
  if (userData === undefined) return null;
  const { credits, now } = userData;
  const { available, byPool } = credits;
  const nextCycleAt = nextCredits(userData);
  // Credits beside the plan's own stay when it ends.
  const endsAt = byPool.plan > 0 ? planEnd(userData) : null;
  const seen = forecast({ days: usage.days, available, now, nextCycleAt, endsAt });
  const sentence = () => {
    switch (seen.kind) {
      case 'empty':
        return nextCycleAt === null ? texts.empty : texts.emptyUntil(format.date(nextCycleAt));
      case 'idle':
        return texts.idle;
      case 'plan_ends':
        return texts.planEnds(format.date(seen.at));
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
      {'perDay' in seen && (
        <Text size="small" secondary>
          {texts.pace(format.decimal(seen.perDay))}
        </Text>
      )}
    </div>
  );
}
