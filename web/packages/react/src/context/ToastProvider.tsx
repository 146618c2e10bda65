import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';

export type ToastTone = 'success' | 'error' | 'info';

export interface ToastMessage {
  id: number;
  tone: ToastTone;
  text: string;
  /** Of the request that failed, for support. */
  requestId: string | null;
}

export interface ToastApi {
  toasts: readonly ToastMessage[];
  /** Shows a message for a few seconds; errors stay until dismissed. Returns its id. */
  show(text: string, tone?: ToastTone, requestId?: string | null): number;
  dismiss(id: number): void;
}

export const TOAST_VISIBLE_MS = 6_000;
const MOST_AT_ONCE = 3;

const ToastContext = createContext<ToastApi | null>(null);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly ToastMessage[]>([]);
  const nextId = useRef(1);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());

  useEffect(() => {
    const pending = timers.current;
    return () => pending.forEach(clearTimeout);
  }, []);

  const dismiss = useCallback((id: number) => {
    setToasts((shown) => shown.filter((toast) => toast.id !== id));
  }, []);

  const show = useCallback(
    (text: string, tone: ToastTone = 'info', requestId: string | null = null) => {
      const id = nextId.current++;
      setToasts((shown) => [...shown, { id, tone, text, requestId }].slice(-MOST_AT_ONCE));
      if (tone !== 'error') {
        const timer = setTimeout(() => {
          timers.current.delete(timer);
          dismiss(id);
        }, TOAST_VISIBLE_MS);
        timers.current.add(timer);
      }
      return id;
    },
    [dismiss],
  );

  const api = useMemo(() => ({ toasts, show, dismiss }), [toasts, show, dismiss]);
  return <ToastContext.Provider value={api}>{children}</ToastContext.Provider>;
}

/** Shows short messages; a `ToastHost` somewhere on the page displays them. */
export function useToast(): ToastApi {
  const api = useContext(ToastContext);
  if (api === null) throw new Error('useToast needs a WixProvider above it');
  return api;
}
