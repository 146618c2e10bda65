import { Button, Heading, Text } from '@wix/design-system';
import { useState } from 'react';
import type { PublicPlan, PublicPlans, SoldCycle } from '../api/types.js';
import { useMessages } from '../messages/useMessages.js';
import { installUrl } from './installUrl.js';
import { PlanCard } from './PlanCard.js';
import { PlanCards } from './PlanCards.js';

export interface PublicPricingProps {
  /** The catalogue, as `usePublicPlans` gives it. */
  list: PublicPlans;
  /** The cycle that is shown, for a page that keeps it in its address. */
  cycle?: SoldCycle | undefined;
  /** Another cycle was chosen. */
  onCycleChange?: (cycle: SoldCycle) => void;
}

/** The plans for somebody who does not have the app yet: nothing is sold here, every way leads to adding it to a site. */
export function PublicPricing({ list, cycle: given, onCycleChange }: PublicPricingProps) {
  const { install } = useMessages();
  const [own, setOwn] = useState<SoldCycle>('MONTHLY');
  const cycle = given ?? own;
  const url = installUrl(list);
  return (
    <div className="wxa-public" data-testid="public-pricing">
      <section className="wxa-install" aria-label={install.title}>
        <div className="wxa-install__text">
          <Heading as="h2" size="small">
            {install.title}
          </Heading>
          <Text size="small">{url === null ? install.noAddress : install.text}</Text>
        </div>
        {url !== null && (
          <Button as="a" href={url} target="_top" rel="noreferrer" data-testid="install">
            {install.action}
          </Button>
        )}
      </section>
      <PlanCards
        plans={list.plans}
        isCustom={isCustom}
        cycle={cycle}
        onCycleChange={onCycleChange ?? setOwn}
      >
        {(plan) => (
          <PlanCard
            key={plan.id}
            plan={plan}
            cycle={cycle}
            currency={list.currency}
            isCustom={plan.custom}
          >
            {url !== null && <InstallButton plan={plan} url={url} />}
          </PlanCard>
        )}
      </PlanCards>
    </div>
  );
}

const isCustom = (plan: PublicPlan) => plan.custom;

function InstallButton({ plan, url }: { plan: PublicPlan; url: string }) {
  const { install } = useMessages();
  return (
    <Button
      as="a"
      fullWidth
      href={url}
      target="_top"
      rel="noreferrer"
      priority={plan.popular ? 'primary' : 'secondary'}
      skin={plan.popular ? 'premium' : 'standard'}
      aria-label={install.actionFor(plan.name)}
      data-testid={`install-${plan.id}`}
    >
      {install.action}
    </Button>
  );
}
