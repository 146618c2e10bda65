import { type RequestOptions, request, requestFile, type Transport } from './request.js';
import type {
  BiEvent,
  Checkout,
  CheckoutLink,
  CheckoutRequest,
  Credits,
  DeletedData,
  EntryKind,
  Explanation,
  HistoryPage,
  Hold,
  HoldOutcome,
  Job,
  JobGroup,
  JobList,
  NoticesSettings,
  NoticesView,
  PlanList,
  PlanPreview,
  Pool,
  PortalUrl,
  PostRequest,
  PromoReceipt,
  PublicPlans,
  ReserveRequest,
  SoldCycle,
  SpendReceipt,
  SpendRequest,
  TopUpList,
  TopUpRequest,
  Usage,
  UserStatus,
  VoidRequest,
} from './types.js';

/** Prefix of the framework's own routes; an app's routes live beside it. */
export const API_BASE = '/api/v1/wix';

/** Which entries of the history; everything left out matches all. */
export interface HistoryFilter {
  kind?: EntryKind | undefined;
  pool?: Pool | undefined;
  /** Only entries from this moment on, as RFC 3339 text. */
  from?: string | undefined;
  /** Only entries before this moment. */
  to?: string | undefined;
}

/** A page of the history: `cursor` is the `nextCursor` of the page before. */
export interface HistoryRange extends HistoryFilter {
  limit?: number;
  cursor?: string | null;
}

/** A page of the jobs: `cursor` is the `nextCursor` of the page before. */
export interface JobsRange {
  /** 1 to 100; 20 when left out. */
  limit?: number;
  cursor?: string | null;
  /** Only jobs that stand like this. */
  state?: JobGroup | undefined;
}

/** The days of a usage report, as `2026-03-01`; the server's last 30 days when left out. */
export interface UsageRange {
  from?: string | undefined;
  to?: string | undefined;
  /** Where days begin: `Z` or an offset such as `+02:00`. */
  utcOffset?: string | undefined;
}

type Cancel = { signal?: AbortSignal | undefined };

/** The app's server as typed calls. Every method rejects with an `ApiError`. */
export interface ApiClient {
  readonly transport: Transport;
  status(cancel?: Cancel): Promise<UserStatus>;
  plans(cancel?: Cancel): Promise<PlanList>;
  /** The catalogue for somebody who does not have the app; asks for no token. */
  publicPlans(cancel?: Cancel): Promise<PublicPlans>;
  /** What a change of plan would do, decided by the rules that would do it. */
  preview(planId: string, cycle?: SoldCycle, cancel?: Cancel): Promise<PlanPreview>;
  redeemPromo(code: string, idempotencyKey: string): Promise<PromoReceipt>;
  /** Stripe's own page for plans that are paid there; refused for plans of Wix. */
  portalUrl(): Promise<PortalUrl>;
  topUps(cancel?: Cancel): Promise<TopUpList>;
  createTopUpCheckout(body: TopUpRequest): Promise<CheckoutLink>;
  createCheckout(body: CheckoutRequest): Promise<CheckoutLink>;
  checkout(checkoutId: string, cancel?: Cancel): Promise<Checkout>;
  /** Tells the server that the payer came back, so that it asks Wix for the truth at once. */
  returnFromCheckout(checkoutId: string, cancel?: Cancel): Promise<Checkout>;
  dismissCheckout(checkoutId: string): Promise<Checkout>;
  balance(cancel?: Cancel): Promise<Credits>;
  history(page: HistoryRange, cancel?: Cancel): Promise<HistoryPage>;
  /** Every entry that the filter names, as CSV text. */
  historyCsv(filter: HistoryFilter, cancel?: Cancel): Promise<string>;
  explain(entryId: string, cancel?: Cancel): Promise<Explanation>;
  usage(range?: UsageRange, cancel?: Cancel): Promise<Usage>;
  spend(body: SpendRequest, idempotencyKey: string): Promise<SpendReceipt>;
  reserve(body: ReserveRequest, idempotencyKey: string): Promise<Hold>;
  post(body: PostRequest, idempotencyKey: string): Promise<HoldOutcome>;
  void(body: VoidRequest, idempotencyKey: string): Promise<HoldOutcome>;
  jobs(page?: JobsRange, cancel?: Cancel): Promise<JobList>;
  job(jobId: string, cancel?: Cancel): Promise<Job>;
  /** Calls a job off: what was put aside for it comes back. Refused for one that completed or failed before. */
  cancelJob(jobId: string): Promise<Job>;
  /** Who is written to about this instance, and about what. */
  notices(cancel?: Cancel): Promise<NoticesView>;
  saveNotices(settings: NoticesSettings): Promise<NoticesView>;
  /** Deletes the personal data of this instance for good; plan and ledger stay. */
  deleteData(): Promise<DeletedData>;
  /** Reports an event to Wix, which counts it for the App Market. `trackEvent` of the context never fails. */
  reportEvent(event: BiEvent): Promise<{ reported: boolean }>;
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
    publicPlans: (cancel) => get('/billing/public-plans', cancel),
    preview: (to, cycle, cancel) => get(`/billing/preview${queryOf({ to, cycle })}`, cancel),
    redeemPromo: (code, idempotencyKey) => send('/billing/promo', { code }, { idempotencyKey }),
    portalUrl: () => send('/billing/portal-url', {}),
    topUps: (cancel) => get('/billing/top-ups', cancel),
    createTopUpCheckout: (body) => send('/billing/top-ups/checkout-url', body),
    createCheckout: (body) => send('/billing/checkout-url', body),
    checkout: (id, cancel) => get(checkoutPath(id), cancel),
    returnFromCheckout: (id, cancel) =>
      send(`${checkoutPath(id)}/return`, {}, { signal: cancel?.signal }),
    dismissCheckout: (id) => send(`${checkoutPath(id)}/dismiss`, {}),
    balance: (cancel) => get('/credits/balance', cancel),
    history: ({ limit = 20, cursor, ...filter }, cancel) =>
      get(`/credits/history${queryOf({ limit: String(limit), cursor, ...filter })}`, cancel),
    historyCsv: (filter, cancel) =>
      requestFile(transport, `${API_BASE}/credits/history${queryOf({ ...filter })}`, {
        accept: 'text/csv',
        signal: cancel?.signal,
      }),
    explain: (id, cancel) => get(`/credits/explain/${encodeURIComponent(id)}`, cancel),
    usage: (range = {}, cancel) => get(`/credits/usage${queryOf({ ...range })}`, cancel),
    spend: (body, idempotencyKey) => send('/credits/spend', body, { idempotencyKey }),
    reserve: (body, idempotencyKey) => send('/credits/reserve', body, { idempotencyKey }),
    post: (body, idempotencyKey) => send('/credits/post', body, { idempotencyKey }),
    void: (body, idempotencyKey) => send('/credits/void', body, { idempotencyKey }),
    jobs: ({ limit = 20, cursor, state } = {}, cancel) =>
      get(`/jobs${queryOf({ limit: String(limit), cursor, state })}`, cancel),
    job: (jobId, cancel) => get(`/jobs/${encodeURIComponent(jobId)}`, cancel),
    cancelJob: (jobId) => send(`/jobs/${encodeURIComponent(jobId)}/cancel`, {}),
    notices: (cancel) => get('/settings/notices', cancel),
    saveNotices: (settings) => send('/settings/notices', settings, { method: 'PUT' }),
    deleteData: () => send('/settings/data', {}, { method: 'DELETE' }),
    reportEvent: (event) => send('/bi-event', event),
    call: (path, options) => request(transport, path, options),
  };
}

/** `?a=1&b=2` of what is there; nothing when nothing is. */
function queryOf(values: Record<string, string | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) query.set(name, value);
  return query.size === 0 ? '' : `?${query}`;
}
