import { useMutation } from '@tanstack/react-query';
import { Button, Text } from '@wix/design-system';
import type { PlanList, PlanOffer, PlanPreview } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { openCheckoutPage } from '../hooks/useCheckout.js';
import { usePlanPreview } from '../hooks/usePlanPreview.js';
import { useFailure } from '../messages/useFailure.js';
import { useMessages } from '../messages/useMessages.js';
import { FailureNote } from './FailureNote.js';
import { Loaded } from './Loaded.js';
import { LoadingScreen } from './LoadingScreen.js';
import { PreviewModal } from './PreviewModal.js';

export interface PlanChangeModalProps {
  /** The plans, as `usePlans` gives them. */
  list: PlanList;
  /** The lower plan that was chosen; null keeps the dialog closed. */
  plan: PlanOffer | null;
  /** The reader is done. */
  onClose(): void;
}

/**
 * A lower plan is not sold by the app's page: says why, what would happen by the server's own rules, and where it
 * is done.
 */
export function PlanChangeModal({ list, plan, onClose }: PlanChangeModalProps) {
  const { change } = useMessages();
  const preview = usePlanPreview(plan?.id ?? null);
  const isStripe = list.billingSource === 'stripe';
  const place = isStripe ? change.atStripe : change.inWix;
  const current = list.plans.find(({ current }) => current)?.name ?? list.currentPlanId;
  return (
    <PreviewModal isOpen={plan !== null} title={change.title(plan?.name ?? '')} onClose={onClose}>
      {plan !== null && (
        <div className="wxa-change" data-testid="downgrade-dialog">
          <Text>
            {plan.rank === 0
              ? change.whyFree(current, place)
              : change.why(current, plan.name, place)}
          </Text>
          <div className="wxa-change__outlook">
            <Loaded query={preview} loading={<LoadingScreen cards={[150]} />}>
              {(data) => <Outlook preview={data} list={list} />}
            </Loaded>
          </div>
          {isStripe ? <Portal /> : <Steps plan={plan} />}
        </div>
      )}
    </PreviewModal>
  );
}

function Outlook({ preview, list }: { preview: PlanPreview; list: PlanList }) {
  const { format } = useWixContext();
  const { change } = useMessages();
  const { before, after, takesEffectAt } = preview;
  const nameOf = (id: string) => list.plans.find((plan) => plan.id === id)?.name ?? id;
  const next = (at: string | null | undefined) => (at ? format.date(at) : change.none);
  const rows: readonly [string, string, string][] = [
    [change.plan, nameOf(before.planId), nameOf(after.planId)],
    [change.credits, format.number(before.available), format.number(after.available)],
    [change.next, next(before.nextCycleAt), next(after.nextCycleAt)],
  ];
  return (
    <>
      <table className="wxa-change__table" data-testid="change-preview">
        <thead>
          <tr>
            <td />
            <th scope="col">{change.now}</th>
            <th scope="col">{change.from(format.date(takesEffectAt))}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, now, then]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{now}</td>
              <td>{then}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Text size="small" secondary>
        {after.available < before.available ? change.losesCredits : change.keepsCredits}
      </Text>
    </>
  );
}

/** Cancelling leads to the free plan; to a lower one that is paid, another choice does. */
function Steps({ plan }: { plan: PlanOffer }) {
  const { change } = useMessages();
  const steps = plan.rank === 0 ? change.stepsToFree : change.stepsTo(plan.name);
  return (
    <section>
      <Text weight="bold" size="small">
        {change.how}
      </Text>
      <ol className="wxa-change__steps">
        {steps.map((step) => (
          <li key={step}>
            <Text size="small">{step}</Text>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Plans that are paid by Stripe are changed in its own portal. */
function Portal() {
  const { client } = useWixContext();
  const { change, errors } = useMessages();
  const failure = useFailure();
  const portal = useMutation({
    mutationFn: () => client.portalUrl(),
    onSuccess: ({ portalUrl }) => openCheckoutPage(portalUrl),
  });
  return (
    <div className="wxa-change__portal">
      <Button onClick={() => portal.mutate()} disabled={portal.isPending}>
        {change.portal}
      </Button>
      <div role="alert">
        {portal.error !== null && <FailureNote failure={failure(portal.error, errors.checkout)} />}
      </div>
    </div>
  );
}
