import { Text } from '@wix/design-system';
import {
  ErrorScreen,
  LoadingScreen,
  type PlanOffer,
  PricingGrid,
  type SoldCycle,
  useCheckout,
  usePlans,
  useToast,
  useWixContext,
} from '@wixapp/react';
import { useState } from 'react';
import { failureText, useAppMessages } from '../messages/useAppMessages';
import { PageHead } from '../shell/PageHead';
import { DowngradeDialog } from './DowngradeDialog';

/** The pricing page of the app. */
export default function PlansPage() {
  const messages = useAppMessages();
  const { plans: texts, errors } = messages;
  const { userData } = useWixContext();
  const { data: list, error, refetch } = usePlans();
  const { purchase } = useCheckout();
  const { show } = useToast();
  const [lower, setLower] = useState<PlanOffer | null>(null);

  const upgrade = (plan: PlanOffer, billingCycle: SoldCycle) =>
    purchase.mutate(
      { planId: plan.id, billingCycle },
      { onError: (cause) => show(failureText(cause, messages, errors.checkout), 'error') },
    );
  // The page is about to be replaced by the checkout: the button stays busy until it is.
  const isLeaving = purchase.isPending || purchase.isSuccess;

  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle} />
      {list !== undefined && (
        <PricingGrid
          list={list}
          openingPlanId={isLeaving ? (purchase.variables?.planId ?? null) : null}
          initialCycle={userData?.subscription.billingCycle === 'YEARLY' ? 'YEARLY' : 'MONTHLY'}
          paidCycle={userData?.subscription.billingCycle ?? null}
          onUpgrade={upgrade}
          onDowngrade={setLower}
        />
      )}
      {list === undefined && error !== null && (
        <ErrorScreen error={error} onRetry={() => void refetch()} />
      )}
      {list === undefined && error === null && <LoadingScreen cards={[480]} />}
      <Text size="small" secondary>
        {texts.note}
      </Text>
      <DowngradeDialog
        plan={lower}
        currentName={userData?.plan.name ?? ''}
        onClose={() => setLower(null)}
      />
    </div>
  );
}
