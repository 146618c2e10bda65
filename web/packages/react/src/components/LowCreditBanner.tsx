import { Text } from '@wix/design-system';
import type { ReactNode } from 'react';
import type { Subscription } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { AlertDisc } from './icons.js';

/** A tenth of a cycle's credits. */
const LOW = 0.1;

export interface LowCreditBannerProps {
  /** The part of a cycle's credits below which they are low, 0 to 1; a tenth when left out. */
  threshold?: number;
  /** What can be done about it, usually a link to the plans. */
  children?: ReactNode;
}

/** Warns before the credits are used up, with the day of the next ones; nothing while there are enough. */
export function LowCreditBanner({ threshold = LOW, children }: LowCreditBannerProps) {
  const { userData, format } = useWixContext();
  const { lowCredits } = useMessages();
  if (userData === undefined) return null;
  const { credits, plan, subscription } = userData;
  if (credits.available > plan.creditsPerCycle * threshold) return null;
  const next = subscription.nextCycleAt;
  const count = isOfOtherPlan(subscription) ? null : plan.creditsPerCycle;
  return (
    <section className="wxa-banner" data-testid="low-credits" aria-label={lowCredits.label}>
      <AlertDisc />
      <div className="wxa-banner__text">
        <Text weight="bold">
          {credits.available === 0 ? lowCredits.none : lowCredits.few(credits.available)}
        </Text>
        {next && (
          <Text size="small">
            {count === null
              ? lowCredits.nextOfOther(format.date(next))
              : lowCredits.next(count, format.date(next))}
          </Text>
        )}
      </div>
      {children}
    </section>
  );
}

/** Whether the next cycle belongs to a lower plan that was chosen for the end of the paid period. */
function isOfOtherPlan({ pendingPlanId, currentPeriodEnd, nextCycleAt }: Subscription): boolean {
  if (!pendingPlanId || !nextCycleAt) return false;
  return !currentPeriodEnd || Date.parse(nextCycleAt) >= Date.parse(currentPeriodEnd);
}
