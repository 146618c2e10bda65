import { useSearchParams } from 'react-router';

type ViewName = 'cycle' | 'compare' | 'to' | 'contact';

/** What is open on a pricing page, as its address says it. */
export function usePlansView() {
  const [params, setParams] = useSearchParams();
  const set = (changes: Partial<Record<ViewName, string>>) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        for (const [name, value] of Object.entries(changes)) {
          if (value) next.set(name, value);
          else next.delete(name);
        }
        return next;
      },
      { replace: true },
    );
  const cycle = params.get('cycle');
  return {
    cycle: cycle === 'yearly' ? 'YEARLY' : cycle === 'monthly' ? 'MONTHLY' : null,
    isComparing: params.has('compare'),
    to: params.get('to'),
    contact: params.get('contact'),
    set,
  } as const;
}
