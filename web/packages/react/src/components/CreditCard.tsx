import { Heading } from '@wix/design-system';
import { useId } from 'react';
import type { Credits } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { useCredits } from '../hooks/useCredits.js';
import { useMessages } from '../messages/useMessages.js';
import { Announcement } from './Announcement.js';

/** The live balance on the brand gradient: available, held, and where the credits come from. */
export function CreditCard() {
  const { credits, creditsPerCycle } = useCredits();
  const { userData, format } = useWixContext();
  const messages = useMessages();
  const titleId = useId();
  if (credits === undefined || creditsPerCycle === undefined) return <CreditCardSkeleton />;
  const { once, perCycle, perPaidCycle } = messages.creditCard;
  const isTrial = userData?.subscription.status === 'trial';
  // The free plan gives its credits once, a trial none of the plan's cycles.
  const supply = userData?.plan.rank === 0 ? once : isTrial ? perPaidCycle : perCycle;

  return (
    <section className="wxa-credit-card" aria-labelledby={titleId}>
      <div className="wxa-credit-card__top">
        <Heading as="h2" size="tiny" light id={titleId}>
          {messages.creditCard.title}
        </Heading>
        <span className="wxa-credit-card__plan">{userData?.plan.name}</span>
      </div>
      {/* The key restarts the highlight each time the balance changes. */}
      <p className="wxa-credit-card__amount" key={credits.available}>
        <span data-testid="credits-available">{format.number(credits.available)}</span>
      </p>
      {/* A copied site gets none. */}
      {creditsPerCycle > 0 && <p className="wxa-credit-card__cycle">{supply(creditsPerCycle)}</p>}
      <ul className="wxa-credit-card__facts">
        <li>
          <span data-testid="credits-held">{format.number(credits.held)}</span>{' '}
          {messages.creditCard.held}
        </li>
        <Pools credits={credits} />
      </ul>
      <Announcement text={messages.creditCard.announce(credits.available)} />
    </section>
  );
}

/** Pools are only worth naming when there is more than the plan's own. */
function Pools({ credits }: { credits: Credits }) {
  const { format } = useWixContext();
  const messages = useMessages();
  const extra = (['purchased', 'promo'] as const).filter((pool) => credits.byPool[pool] > 0);
  return (
    <>
      {extra.map((pool) => (
        <li key={pool}>
          <span>{format.number(credits.byPool[pool])}</span> {messages.creditCard.pools[pool]}
        </li>
      ))}
      {credits.debt > 0 && (
        <li>
          <span>{format.number(credits.debt)}</span> {messages.creditCard.debt}
        </li>
      )}
    </>
  );
}

/** Same size as the card, so that nothing moves when the balance arrives. */
export function CreditCardSkeleton() {
  return (
    <div className="wxa-credit-card wxa-credit-card--loading" aria-hidden="true">
      <span className="wxa-credit-card__bone wxa-credit-card__bone--title" />
      <span className="wxa-credit-card__bone wxa-credit-card__bone--amount" />
      <span className="wxa-credit-card__bone" />
    </div>
  );
}
