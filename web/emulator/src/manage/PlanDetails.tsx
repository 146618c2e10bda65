import { Badge, type BadgeSkin, Button } from '@wix/design-system';
import { useState } from 'react';
import { useAutoRenew } from '../api/actions';
import type { InstalledPlan, PlanStatus } from '../api/types';
import { ConfirmDialog } from '../feedback/ConfirmDialog';
import { sentenceOf } from '../feedback/Feedback';
import { cycleName, formatPrice, perCycle } from '../format/money';
import { formatDate, formatDateTime } from '../format/time';
import { useShell } from '../shell/Shell';

const STATUS: Record<PlanStatus, { name: string; skin: BadgeSkin }> = {
  active: { name: 'Active', skin: 'neutralSuccess' },
  trial: { name: 'Free trial', skin: 'neutralStandard' },
  cancelled: { name: 'Ends soon', skin: 'warningLight' },
  unpaid: { name: 'Payment failed', skin: 'neutralDanger' },
  expired: { name: 'Expired', skin: 'neutralDanger' },
};

function endLabel(plan: InstalledPlan): string {
  if (plan.status === 'expired') return 'Ended';
  if (plan.status === 'unpaid') return 'Payment due';
  if (plan.status === 'cancelled' || !plan.autoRenew) return 'Access until';
  return plan.status === 'trial' ? 'Trial ends' : 'Renews';
}

export function PlanFacts({ plan }: { plan: InstalledPlan }) {
  const { name, skin } = STATUS[plan.status];
  return (
    <dl className="lp-facts" data-testid="manage-plan">
      <div>
        <dt>Plan</dt>
        <dd>
          {plan.name}{' '}
          <Badge size="small" skin={skin} uppercase={false}>
            {name}
          </Badge>
        </dd>
      </div>
      <div>
        <dt>Price</dt>
        <dd>
          {formatPrice(plan.price, plan.currency)} {perCycle(plan.billingCycle)}
        </dd>
      </div>
      <div>
        <dt>Billing</dt>
        <dd>{cycleName(plan.billingCycle)}</dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd title={formatDateTime(plan.startedAt)}>{formatDate(plan.startedAt)}</dd>
      </div>
      {plan.periodEnd && (
        <div>
          <dt>{endLabel(plan)}</dt>
          <dd title={formatDateTime(plan.periodEnd)}>{formatDate(plan.periodEnd)}</dd>
        </div>
      )}
      {plan.nextPlan && (
        <div data-testid="next-plan">
          <dt>Next plan</dt>
          <dd>{plan.nextPlan}</dd>
        </div>
      )}
      <div>
        <dt>Auto-renewal</dt>
        <dd>{plan.autoRenew ? 'On' : 'Off'}</dd>
      </div>
    </dl>
  );
}

export function AutoRenew({ instanceId, plan }: { instanceId: string; plan: InstalledPlan }) {
  const { platform } = useShell();
  const [isAsking, setAsking] = useState(false);
  const autoRenew = useAutoRenew(instanceId);
  if (plan.status === 'expired') return null;
  if (!plan.autoRenew) {
    return (
      <>
        <Button
          data-testid="auto-renew-on"
          disabled={autoRenew.isPending}
          onClick={() => autoRenew.mutate(true)}
        >
          {autoRenew.isPending ? 'Turning on…' : 'Turn on auto-renewal'}
        </Button>
        {autoRenew.error && (
          <p className="lp-inline-error" role="alert">
            {sentenceOf(autoRenew.error)}
          </p>
        )}
      </>
    );
  }
  const until = plan.periodEnd ? `until ${formatDate(plan.periodEnd)}` : 'until the period ends';
  return (
    <>
      <Button data-testid="auto-renew-off" onClick={() => setAsking(true)} priority="secondary">
        Turn off auto-renewal
      </Button>
      {isAsking && (
        <ConfirmDialog
          busy={autoRenew.isPending}
          busyLabel="Turning off…"
          confirmLabel="Turn off"
          confirmTestId="confirm"
          destructive
          error={autoRenew.error}
          onClose={() => {
            setAsking(false);
            autoRenew.reset();
          }}
          onConfirm={() => autoRenew.mutate(false, { onSuccess: () => setAsking(false) })}
          title="Turn off auto-renewal?"
        >
          <p>
            {platform.app.name} keeps the {plan.name} plan {until}. After that the site is on the
            free plan. Nothing more is charged.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
