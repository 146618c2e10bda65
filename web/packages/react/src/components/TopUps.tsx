import { Button, Heading, Text } from '@wix/design-system';
import { useId } from 'react';
import type { TopUp, TopUpList } from '../api/types.js';
import { useFailureToast } from '../context/useFailureToast.js';
import { useWixContext } from '../context/WixContext.js';
import { useCheckout } from '../hooks/useCheckout.js';
import { useTopUps } from '../hooks/useTopUps.js';
import { useMessages } from '../messages/useMessages.js';
import { Loaded } from './Loaded.js';
import { LoadingScreen } from './LoadingScreen.js';

/** Of the heading and one row of offers, in px. */
const HEIGHT = 180;

/** Credits that are bought beside a plan; nothing where the app sells none. */
export function TopUps() {
  const topUps = useTopUps();
  return (
    <Loaded query={topUps} loading={<LoadingScreen cards={[HEIGHT]} />}>
      {(list) => (list.topUps.length === 0 ? null : <Offers list={list} />)}
    </Loaded>
  );
}

function Offers({ list }: { list: TopUpList }) {
  const { topUps: texts, errors } = useMessages();
  const { topUp } = useCheckout();
  const complain = useFailureToast();
  const id = useId();
  const isLeaving = topUp.isPending || topUp.isSuccess;
  const buy = (topUpId: string) =>
    topUp.mutate(topUpId, {
      onError: (error) => complain(error, errors.checkout),
    });
  return (
    <section className="wxa-top-ups" aria-labelledby={id} data-testid="top-ups">
      <div>
        <Heading as="h3" size="small" id={id}>
          {texts.title}
        </Heading>
        <Text size="small" secondary>
          {texts.text}
        </Text>
      </div>
      <ul className="wxa-top-ups__list">
        {list.topUps.map((offer) => (
          <Offer
            key={offer.id}
            offer={offer}
            currency={list.currency}
            isWaiting={isLeaving}
            isOpening={isLeaving && topUp.variables === offer.id}
            onBuy={() => buy(offer.id)}
          />
        ))}
      </ul>
    </section>
  );
}

interface OfferProps {
  offer: TopUp;
  currency: string;
  isWaiting: boolean;
  isOpening: boolean;
  onBuy(): void;
}

function Offer({ offer, currency, isWaiting, isOpening, onBuy }: OfferProps) {
  const { format } = useWixContext();
  const { topUps, pricing, credits } = useMessages();
  const price = format.money(offer.price, currency);
  return (
    <li className="wxa-top-up">
      <div>
        <Text weight="bold">
          <bdi>{offer.name}</bdi>
        </Text>
        <Text size="small" secondary>
          {credits(offer.credits)}, {topUps.once}
        </Text>
      </div>
      <Button
        priority="secondary"
        disabled={isWaiting}
        aria-busy={isOpening}
        aria-label={isOpening ? undefined : `${topUps.buy(price)}: ${offer.name}`}
        onClick={onBuy}
        data-testid={`top-up-${offer.id}`}
      >
        {isOpening ? pricing.opening : topUps.buy(price)}
      </Button>
    </li>
  );
}
