import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';

export interface PaymentReturn {
  payment: string;
  checkoutId: string | null;
}

interface ReturnValue {
  /** The return from a checkout that is still to be shown. */
  pending: PaymentReturn | null;
  /** Whether this page has already told the owner about the checkout. */
  isTold(checkoutId: string): boolean;
  /** Takes the message away, and its parameters out of the address. */
  finish(): void;
}

const ReturnContext = createContext<ReturnValue | null>(null);

/**
 * Holds what `?payment=…&checkout=…` said when the page was opened. The address keeps the parameters
 * until the owner is done, so that a reload shows the same state; visiting another page does not lose it.
 */
export function ReturnProvider({ children }: { children: ReactNode }) {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const [first] = useState(() => readReturn(params));
  const [isDone, setDone] = useState(false);

  const finish = useCallback(() => {
    setDone(true);
    navigate('/', { replace: true });
  }, [navigate]);

  const value = useMemo<ReturnValue>(
    () => ({
      pending: isDone ? null : first,
      isTold: (checkoutId) => first?.checkoutId === checkoutId,
      finish,
    }),
    [first, finish, isDone],
  );
  return <ReturnContext.Provider value={value}>{children}</ReturnContext.Provider>;
}

export function usePaymentReturn(): ReturnValue {
  const value = useContext(ReturnContext);
  if (value === null) throw new Error('usePaymentReturn needs a ReturnProvider above it');
  return value;
}

function readReturn(params: URLSearchParams): PaymentReturn | null {
  const payment = params.get('payment');
  return payment === null ? null : { payment, checkoutId: params.get('checkout') };
}
