import { useToast } from '../context/ToastProvider.js';
import { Toast } from './Toast.js';

/** The place where toasts appear; put one at the end of the page. */
export function ToastHost() {
  const { toasts, dismiss } = useToast();
  return (
    <div className="wxa-toasts">
      {toasts.map((toast) => (
        <Toast key={toast.id} toast={toast} onClose={() => dismiss(toast.id)} />
      ))}
    </div>
  );
}
