import { Badge, type BadgeSkin, Button } from '@wix/design-system';
import { useState } from 'react';
import { useAutoRenew } from '../api/actions';
import { useInvoices } from '../api/queries';
import type { InstalledPlan, Invoice, PlanStatus } from '../api/types';
import { ConfirmDialog } from '../feedback/ConfirmDialog';
import { Failure, Loading, sentenceOf } from '../feedback/Feedback';
import { cycleName, formatPrice, perCycle } from '../format/money';
import { formatDate, formatDateTime } from '../format/time';
import { useShell } from '../shell/Shell';

const STATUS: Record<PlanStatus, { name: string; skin: BadgeSkin }> = {
  active: { name: 'Active', skin: 'neutralSuccess' },
  trial: { name: 'Free trial', skin: 'neutralStandard' },
  cancelled: { name: 'Ends soon', skin: 'warningLight' },
  expired: { name: 'Expired', skin: 'neutralDanger' },
};

function endLabel(plan: InstalledPlan): string {
  if (plan.status === 'expired') return 'Ended';
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

export function Invoices({ instanceId, plan }: { instanceId: string; plan: InstalledPlan | null }) {
  const { data: invoices, error } = useInvoices(instanceId, plan?.invoiceId ?? '');
  if (invoices === undefined) {
    return error === null ? (
      <Loading what="invoices" />
    ) : (
      <Failure error={error} title="The invoices could not be loaded" />
    );
  }
  if (invoices.length === 0) return <p className="lp-muted">No invoices yet.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs a tab stop
    <section aria-label="Invoices" className="lp-table-scroll" tabIndex={0}>
      <table className="lp-table lp-invoices">
        <thead>
          <tr>
            <th scope="col">Invoice</th>
            <th scope="col">Plan</th>
            <th scope="col">Date</th>
            <th className="lp-number" scope="col">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {invoices.map((invoice) => (
            <InvoiceRow invoice={invoice} key={invoice.invoiceId} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function InvoiceRow({ invoice }: { invoice: Invoice }) {
  const { platform } = useShell();
  const plan = platform.plans.find((offer) => offer.productId === invoice.productId);
  return (
    <tr data-testid="invoice">
      <td>
        <code>{invoice.invoiceId}</code>
      </td>
      <td>
        {plan?.name ?? invoice.productId}, {cycleName(invoice.billingCycle).toLowerCase()}
        {invoice.renewal && ', renewal'}
      </td>
      <td title={formatDateTime(invoice.at)}>{formatDate(invoice.at)}</td>
      <td className="lp-number">{formatPrice(invoice.price, invoice.currency)}</td>
    </tr>
  );
}
