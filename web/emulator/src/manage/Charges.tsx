import { Button } from '@wix/design-system';
import { useChargeNow } from '../api/actions';
import { useCharges } from '../api/queries';
import type { Charge } from '../api/types';
import { sentenceOf } from '../feedback/Feedback';
import { formatPrice } from '../format/money';
import { formatDate } from '../format/time';
import { Section } from '../shell/Page';

const STATE: Record<Charge['state'], string> = {
  INVOICED: 'Invoiced',
  REJECTED: 'Rejected',
  COUNTED: 'Counted',
};

function Line({ line }: { line: Charge }) {
  return (
    <tr data-testid="charge">
      <td>{line.description || 'Without a description'}</td>
      <td>
        {formatDate(line.periodStart)} – {formatDate(line.periodEnd)}
      </td>
      <td className="lp-number">
        {line.currency ? formatPrice(line.amount, line.currency) : line.amount}
      </td>
      <td>
        {STATE[line.state]}
        {line.reasons.length > 0 && <span className="lp-muted"> · {line.reasons.join(', ')}</span>}
      </td>
    </tr>
  );
}

/** What an app that is paid by use charged; nothing for other apps. */
export function Charges({ instanceId }: { instanceId: string }) {
  const { data } = useCharges(instanceId);
  const charge = useChargeNow(instanceId);
  if (!data?.enabled) return null;
  return (
    <Section title="Charges by use">
      <p className="lp-muted">
        {data.chargeLimit
          ? `The app may charge less than ${data.chargeLimit} in a period.`
          : 'No limit is set: the app named none when the plan was bought.'}
      </p>
      {data.charges.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs a tab stop
        <section aria-label="Charges by use" className="lp-table-scroll" tabIndex={0}>
          <table className="lp-table">
            <thead>
              <tr>
                <th scope="col">For</th>
                <th scope="col">Period</th>
                <th className="lp-number" scope="col">
                  Amount
                </th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {data.charges.map((line) => (
                <Line key={line.lineId} line={line} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      <div className="lp-actions">
        <Button
          data-testid="charge-now"
          disabled={charge.isPending}
          onClick={() => charge.mutate()}
          priority="secondary"
        >
          {charge.isPending ? 'Asking the app…' : 'Charge the period so far'}
        </Button>
      </div>
      {charge.error && (
        <p className="lp-inline-error" role="alert">
          {sentenceOf(charge.error)}
        </p>
      )}
    </Section>
  );
}
