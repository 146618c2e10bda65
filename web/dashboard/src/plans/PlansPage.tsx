import { Text } from '@wix/design-system';
import {
  ContactModal,
  Loaded,
  LoadingScreen,
  PlanChangeModal,
  PlanComparison,
  type PlanList,
  PricingGrid,
  PromoCode,
  TopUps,
  useBiller,
  usePricing,
  useTopUps,
} from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';
import { PageHead } from '../shell/PageHead';
import { usePlansView } from './usePlansView';

/** The pricing page of the app. What is open, and the billing cycle, are in the address. */
export default function PlansPage() {
  const { plans: texts } = useAppMessages();
  const { plans, ...pricing } = usePricing();
  const view = usePlansView();
  const biller = useBiller();
  // Asked for together with the plans, so that it is mostly known when they are shown.
  const topUps = useTopUps();
  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle(biller)} />
      <Loaded query={plans} loading={<LoadingScreen cards={[430, 430, 430, 430]} layout="row" />}>
        {(list) => (
          <>
            <PricingGrid
              list={list}
              openingPlanId={pricing.openingPlanId}
              cycle={view.cycle ?? pricing.ownCycle}
              onCycleChange={(cycle) => view.set({ cycle: cycle.toLowerCase() })}
              paidCycle={pricing.paidCycle}
              onUpgrade={pricing.upgrade}
              onDowngrade={(plan) => view.set({ to: plan.id })}
              onContact={(plan) => view.set({ contact: plan.id })}
            />
            <div className="plans__more">
              <button
                type="button"
                className="wxa-link-button"
                onClick={() => view.set({ compare: '1' })}
                data-testid="compare"
              >
                {texts.compare}
              </button>
              <PromoCode />
            </div>
            <TopUps />
            {!topUps.isLoading && (
              <Text size="small" secondary>
                {texts.note(biller)}
              </Text>
            )}
            <Dialogs list={list} view={view} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Dialogs({ list, view }: { list: PlanList; view: ReturnType<typeof usePlansView> }) {
  const find = (id: string | null, action: string) =>
    list.plans.find((plan) => plan.id === id && plan.action === action) ?? null;
  return (
    <>
      <PlanComparison
        isOpen={view.isComparing}
        list={list}
        onClose={() => view.set({ compare: '' })}
      />
      <PlanChangeModal
        list={list}
        plan={find(view.to, 'downgrade')}
        onClose={() => view.set({ to: '' })}
      />
      <ContactModal
        plan={find(view.contact, 'contact')}
        onClose={() => view.set({ contact: '' })}
      />
    </>
  );
}
