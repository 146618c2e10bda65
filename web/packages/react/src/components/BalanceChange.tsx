import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';

export interface BalanceChangeProps {
  /** Credits before the purchase; null when not known. */
  before: number | null;
  /** Credits after it. */
  after: number;
}

/** Old balance → new balance; only the new one when the old is not known. */
export function BalanceChange({ before, after }: BalanceChangeProps) {
  const { format } = useWixContext();
  const { success } = useMessages().checkout;
  const newText = format.number(after);
  if (before === null) return <p className="wxa-balance__only">{success.newBalance(newText)}</p>;
  const oldText = format.number(before);
  return (
    <p className="wxa-balance" data-testid="balance-change">
      <span className="wxa-sr-only">{success.balance(oldText, newText)}</span>
      <span className="wxa-balance__side" aria-hidden="true">
        <small>{success.oldLabel}</small>
        <span>{oldText}</span>
      </span>
      <span className="wxa-balance__arrow" aria-hidden="true" />
      <span className="wxa-balance__side wxa-balance__side--new" aria-hidden="true">
        <small>{success.newLabel}</small>
        <span>{newText}</span>
      </span>
    </p>
  );
}
