import { type RequestOptions, request, type Transport } from './request';
import type {
  Checkout,
  CheckoutLink,
  CheckoutRequest,
  Credits,
  HistoryPage,
  Hold,
  HoldOutcome,
  Job,
  JobList,
  PlanList,
  PostRequest,
  ReserveRequest,
  SpendReceipt,
  SpendRequest,
  UserStatus,
  VoidRequest,
} from './types';

/** Prefix of the framework's own routes; an app's routes live beside it. */
export const API_BASE = '/api/v1/wix';

/** A page of the history: `cursor` is the `nextCursor` of the page before. */
export interface HistoryRange {
  limit?: number;
  cursor?: string | null;
}

type Cancel = { signal?: AbortSignal | undefined };

/** The app's server as typed calls. Every method rejects with an `ApiError`. */
export interface ApiClient {
  readonly transport: Transport;
  status(cancel?: Cancel): Promise<UserStatus>;
  plans(cancel?: Cancel): Promise<PlanList>;
  createCheckout(body: CheckoutRequest): Promise<CheckoutLink>;
  checkout(checkoutId: string, cancel?: Cancel): Promise<Checkout>;
  /** Tells the server that the payer came back, so that it asks Wix for the truth at once. */
  returnFromCheckout(checkoutId: string, cancel?: Cancel): Promise<Checkout>;
  dismissCheckout(checkoutId: string): Promise<Checkout>;
  balance(cancel?: Cancel): Promise<Credits>;
  history(page: HistoryRange, cancel?: Cancel): Promise<HistoryPage>;
  spend(body: SpendRequest, idempotencyKey: string): Promise<SpendReceipt>;
  reserve(body: ReserveRequest, idempotencyKey: string): Promise<Hold>;
  post(body: PostRequest, idempotencyKey: string): Promise<HoldOutcome>;
  void(body: VoidRequest, idempotencyKey: string): Promise<HoldOutcome>;
  jobs(limit?: number, cancel?: Cancel): Promise<JobList>;
  job(jobId: string, cancel?: Cancel): Promise<Job>;
  /** A route of the app itself, with the same authentication, reply wrapper and errors. */
  call<T>(path: string, options?: RequestOptions): Promise<T>;
}

export function createApiClient(transport: Transport): ApiClient {
  const get = <T>(path: string, cancel?: Cancel) =>
    request<T>(transport, API_BASE + path, { signal: cancel?.signal });
  const send = <T>(path: string, body: unknown, options: RequestOptions = {}) =>
    request<T>(transport, API_BASE + path, { method: 'POST', body, ...options });
  const checkoutPath = (id: string) => `/billing/checkout/${encodeURIComponent(id)}`;

  return {
    transport,
    status: (cancel) => get('/user/status', cancel),
    plans: (cancel) => get('/billing/plans', cancel),
    createCheckout: (body) => send('/billing/checkout-url', body),
    checkout: (id, cancel) => get(checkoutPath(id), cancel),
    returnFromCheckout: (id, cancel) =>
      send(`${checkoutPath(id)}/return`, {}, { signal: cancel?.signal }),
    dismissCheckout: (id) => send(`${checkoutPath(id)}/dismiss`, {}),
    balance: (cancel) => get('/credits/balance', cancel),
    history: (page, cancel) => get(`/credits/history?${historyQuery(page)}`, cancel),
    spend: (body, idempotencyKey) => send('/credits/spend', body, { idempotencyKey }),
    reserve: (body, idempotencyKey) => send('/credits/reserve', body, { idempotencyKey }),
    post: (body, idempotencyKey) => send('/credits/post', body, { idempotencyKey }),
    void: (body, idempotencyKey) => send('/credits/void', body, { idempotencyKey }),
    jobs: (limit = 20, cancel) => get(`/jobs?limit=${limit}`, cancel),
    job: (jobId, cancel) => get(`/jobs/${encodeURIComponent(jobId)}`, cancel),
    call: (path, options) => request(transport, path, options),
  };
}

function historyQuery(page: HistoryRange): string {
  const query = new URLSearchParams({ limit: String(page.limit ?? 20) });
  if (page.cursor) query.set('cursor', String(page.cursor));
  return query.toString();
}
