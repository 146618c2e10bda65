import { Loaded, LoadingScreen, PublicPricing, usePublicPlans } from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';
import { PageHead } from '../shell/PageHead';
import { usePlansView } from './usePlansView';

/** The pricing page for those who do not have the app: it leads to installing it. */
export default function PublicPlansPage() {
  const { plans: texts } = useAppMessages();
  const plans = usePublicPlans();
  const view = usePlansView();
  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.publicSubtitle} />
      <Loaded query={plans} loading={<LoadingScreen cards={[430, 430, 430, 430]} layout="row" />}>
        {(list) => (
          <PublicPricing
            list={list}
            cycle={view.cycle ?? undefined}
            onCycleChange={(cycle) => view.set({ cycle: cycle.toLowerCase() })}
          />
        )}
      </Loaded>
    </div>
  );
}
