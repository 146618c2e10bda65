import { Badge, type BadgeSkin } from '@wix/design-system';
import { useId, useState } from 'react';
import { useInvoiceChange } from '../api/actions';
import { useInvoices } from '../api/queries';
import type { InstalledPlan, Invoice, InvoiceStatus } from '../api/types';
import { ConfirmDialog } from '../feedback/ConfirmDialog';
import { Failure, Loading, sentenceOf } from '../feedback/Feedback';
import { cycleName, formatPrice } from '../format/money';
import { formatDate, formatDateTime } from '../format/time';
import { useShell } from '../shell/Shell';

const STATUS: Record<InvoiceStatus, { name: string; skin: BadgeSkin }> = {
  PAID: { name: 'Paid', skin: 'neutralSuccess' },
  PAYMENT_FAILED: { name: 'Payment failed', skin: 'neutralDanger' },
  REFUNDED: { name: 'Refunded', skin: 'neutralStandard' },
  CHARGEDBACK: { name: 'Charged back', skin: 'warningLight' },
};

function isLive(plan: InstalledPlan | null): plan is InstalledPlan {
  return plan !== null && plan.status !== 'expired';
}

interface GiveBackProps {
  action: 'refund' | 'charge-back';
  change: ReturnType<typeof useInvoiceChange>;
  amount: string;
  plan: InstalledPlan | null;
  onClose: () => void;
}

function GiveBack({ action, change, amount, plan, onClose }: GiveBackProps) {
  const [endsPlan, setEndsPlan] = useState(false);
  const id = useId();
  const isRefund = action === 'refund';
  return (
    <ConfirmDialog
      busy={change.isPending}
      busyLabel="Giving back…"
      confirmLabel={isRefund ? 'Refund' : 'Charge back'}
      confirmTestId="confirm"
      destructive
      error={change.error}
      onClose={onClose}
      onConfirm={() => change.mutate({ action, endPlan: endsPlan }, { onSuccess: onClose })}
      title={isRefund ? `Refund ${amount}?` : `Charge ${amount} back?`}
    >
      <p>
        {isRefund
          ? 'The owner gets the money back, and the app is told.'
          : 'The owner’s bank takes the money back, and the app is told.'}
      </p>
      {isLive(plan) && (
        <label className="lp-check" htmlFor={id}>
          <input
            checked={endsPlan}
            id={id}
            onChange={(event) => setEndsPlan(event.target.checked)}
            type="checkbox"
          />
          End the {plan.name} plan at once too
        </label>
      )}
    </ConfirmDialog>
  );
}

interface RowProps {
  invoice: Invoice;
  plan: InstalledPlan | null;
}

function Actions({ invoice, plan }: RowProps) {
  const change = useInvoiceChange(invoice.invoiceId);
  const [asking, setAsking] = useState<'refund' | 'charge-back' | null>(null);
  const amount = formatPrice(invoice.price, invoice.currency);
  const isOpen = invoice.status === 'PAYMENT_FAILED';
  const isPaid = invoice.status === 'PAID';
  // Only the money of the period that runs can still fail to arrive.
  const canFail = isOpen || (isPaid && isLive(plan) && plan.invoiceId === invoice.invoiceId);
  const button = (label: string, testId: string, onClick: () => void) => (
    <button
      aria-label={`${label}: invoice of ${amount}, ${formatDate(invoice.at)}`}
      className="lp-link"
      data-testid={testId}
      disabled={change.isPending}
      onClick={onClick}
      type="button"
    >
      {label}
    </button>
  );
  return (
    <>
      <span className="lp-row-actions">
        {isOpen && button('Pay', 'invoice-pay', () => change.mutate({ action: 'pay' }))}
        {canFail &&
          button(isOpen ? 'Fail again' : 'Fail', 'invoice-fail', () =>
            change.mutate({ action: 'fail' }),
          )}
        {isPaid && button('Refund', 'invoice-refund', () => setAsking('refund'))}
        {isPaid && button('Charge back', 'invoice-charge-back', () => setAsking('charge-back'))}
      </span>
      {change.error && !asking && (
        <p className="lp-inline-error" role="alert">
          {sentenceOf(change.error)}
        </p>
      )}
      {asking && (
        <GiveBack
          action={asking}
          amount={amount}
          change={change}
          onClose={() => {
            setAsking(null);
            change.reset();
          }}
          plan={plan}
        />
      )}
    </>
  );
}

function InvoiceRow({ invoice, plan }: RowProps) {
  const { platform } = useShell();
  const offer = platform.plans.find(({ productId }) => productId === invoice.productId);
  const { name, skin } = STATUS[invoice.status];
  const byUse = invoice.billingCycle === 'NO_CYCLE';
  return (
    <tr data-testid="invoice">
      <td className="lp-invoice-id">
        <code>{invoice.invoiceId}</code>
      </td>
      <td className="lp-invoice-plan">
        {offer?.name ?? invoice.productId},{' '}
        {byUse ? 'use' : cycleName(invoice.billingCycle).toLowerCase()}
        {invoice.renewal && !byUse && ', renewal'}
        {invoice.couponName && <span className="lp-muted"> · {invoice.couponName}</span>}
      </td>
      <td className="lp-invoice-date" title={formatDateTime(invoice.at)}>
        {formatDate(invoice.at)}
      </td>
      <td className="lp-number">{formatPrice(invoice.price, invoice.currency)}</td>
      <td className="lp-invoice-status">
        <Badge size="small" skin={skin} uppercase={false}>
          {name}
        </Badge>
      </td>
      <td className="lp-invoice-actions">
        <Actions invoice={invoice} plan={plan} />
      </td>
    </tr>
  );
}

export function Invoices({ instanceId, plan }: { instanceId: string; plan: InstalledPlan | null }) {
  const newest = plan?.unpaidInvoiceId ?? plan?.invoiceId ?? '';
  const { data: invoices, error } = useInvoices(instanceId, newest);
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
            <th scope="col">Status</th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          {invoices.map((invoice) => (
            <InvoiceRow invoice={invoice} key={invoice.invoiceId} plan={plan} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
