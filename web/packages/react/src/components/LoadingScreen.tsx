import { useMessages } from '../messages/useMessages.js';

export interface LoadingScreenProps {
  /** Heights in px of the cards that will stand here, so that nothing moves when they arrive. */
  cards?: readonly number[];
  /** `grid` puts two cards side by side where there is room, `row` as many as fit. */
  layout?: 'grid' | 'row' | 'stack';
}

const ONE_CARD: readonly number[] = [220];

/** Skeleton of a page that is loading. */
export function LoadingScreen({ cards = ONE_CARD, layout = 'stack' }: LoadingScreenProps) {
  const messages = useMessages();
  return (
    <div className="wxa-loading" data-layout={layout} role="status" data-testid="loading-screen">
      <span className="wxa-sr-only">{messages.loading}</span>
      {cards.map((height, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of places
          key={index}
          className="wxa-loading__card"
          style={{ minHeight: height }}
          aria-hidden="true"
        >
          <span className="wxa-bone wxa-bone--title" />
          <span className="wxa-bone" />
          <span className="wxa-bone wxa-bone--short" />
        </div>
      ))}
    </div>
  );
}
