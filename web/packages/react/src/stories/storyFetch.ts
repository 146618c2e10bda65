import { API_BASE } from '../api/client.js';
import type { UserStatus } from '../api/types.js';
import {
  aCheckout,
  anExplanation,
  aPlanList,
  aPreview,
  aStatus,
  aUsage,
  someEntries,
  someJobs,
  theNotices,
  thePublicPlans,
  theTopUps,
} from '../testing/fixtures.js';

/** How a call is answered: data, a refusal, or never. */
export type Answer = { data: unknown } | { refuse: number; error: string } | 'never';

export interface World {
  status?: UserStatus;
  /** Answers that differ, by the end of the path: `{ '/billing/promo': { refuse: 404, error: 'promo_unknown' } }`. */
  answers?: Readonly<Record<string, Answer>>;
}

/** A server of the app inside the page: what components ask for, from the fixtures of the tests. */
export function storyFetch({ status = aStatus(), answers = {} }: World = {}): typeof fetch {
  const usual: Record<string, unknown> = {
    '/user/status': status,
    '/billing/plans': aPlanList(status.plan.id),
    '/billing/public-plans': thePublicPlans(),
    '/billing/preview': aPreview(),
    '/billing/top-ups': theTopUps(),
    '/billing/promo': { amount: 500, credits: status.credits, expiresAt: null },
    '/billing/checkout': aCheckout(),
    '/credits/history': { entries: someEntries(), nextCursor: null },
    '/credits/explain': anExplanation(),
    '/credits/usage': aUsage(),
    '/jobs': { jobs: someJobs(), nextCursor: null },
    '/settings/notices': theNotices(),
    '/bi-event': { reported: true },
  };
  return async (input, init) => {
    const { pathname } = new URL(String(input), window.location.href);
    const path = pathname.slice(API_BASE.length);
    if (path === '/live' && answers['/user/status'] === undefined) {
      return liveStream(status, init?.signal);
    }
    if (path === '/live') return reply(answers['/user/status'] ?? 'never');
    const given = Object.entries(answers).find(([end]) => path.startsWith(end))?.[1];
    const found = Object.entries(usual).find(([start]) => path.startsWith(start))?.[1];
    return reply(
      given ?? (found === undefined ? { refuse: 404, error: 'not_found' } : { data: found }),
    );
  };
}

function reply(answer: Answer): Response | Promise<Response> {
  if (answer === 'never') return new Promise<Response>(() => {});
  if ('data' in answer) return Response.json({ success: true, data: answer.data });
  const { refuse: status, error } = answer;
  const body = { success: false, error, message: 'The story refuses this.', requestId: 'req_7f3a' };
  return Response.json(body, { status });
}

/** A live stream that says how things stand, and then nothing: stories are still. */
function liveStream(status: UserStatus, signal: AbortSignal | null | undefined): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const text = `event: status\ndata: ${JSON.stringify(status)}\n\n`;
      controller.enqueue(new TextEncoder().encode(text));
      signal?.addEventListener('abort', () => controller.error(signal.reason));
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}
