import { Button } from '@wix/design-system';
import { type FormEvent, useId, useState } from 'react';
import { useCoupon } from '../api/actions';
import type { Checkout } from '../api/types';
import { sentenceOf } from '../feedback/Feedback';

/** A coupon typed by the payer, or named by the app. */
export function Coupon({ checkout }: { checkout: Checkout }) {
  const coupon = useCoupon(checkout.token);
  const [code, setCode] = useState('');
  const id = useId();
  if (checkout.coupon) {
    return (
      <p className="lp-coupon" data-testid="coupon">
        <span>
          {checkout.coupon.name} ({checkout.coupon.percentOff} % off the first payment)
        </span>
        <button
          className="lp-link"
          disabled={coupon.isPending}
          onClick={() => coupon.mutate(null)}
          type="button"
        >
          Remove
        </button>
      </p>
    );
  }
  const apply = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim()) coupon.mutate(code.trim(), { onSuccess: () => setCode('') });
  };
  return (
    <form className="lp-coupon-form" onSubmit={apply}>
      <div className="lp-field">
        <label htmlFor={id}>Coupon code</label>
        <input
          aria-describedby={coupon.error ? `${id}-error` : undefined}
          aria-invalid={coupon.error !== null}
          autoComplete="off"
          className="lp-input"
          data-testid="coupon-code"
          id={id}
          maxLength={150}
          onChange={(event) => setCode(event.target.value)}
          value={code}
        />
      </div>
      <Button
        data-testid="apply-coupon"
        disabled={coupon.isPending}
        priority="secondary"
        type="submit"
      >
        Apply
      </Button>
      {coupon.error && (
        <p className="lp-field-error" id={`${id}-error`} role="alert">
          {sentenceOf(coupon.error)}
        </p>
      )}
    </form>
  );
}
