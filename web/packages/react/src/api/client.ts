import { type Operations, operations } from './generated/operations.gen.js';
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

type Name = keyof Operations;
type Input<N extends Name> = Operations[N]['input'] & Cancel;
type Answer<N extends Name> = Operations[N]['answer']['data'];

/** What any call may take. */
interface AnyInput extends Cancel {
  body?: unknown;
  headers?: { 'Idempotency-Key'?: string | null };
  path?: Record<string, string>;
  query?: Record<string, string | number | boolean>;
}

export function createApiClient(transport: Transport): ApiClient {
  const call = <N extends Name>(name: N, input: Input<N>): Promise<Answer<N>> => {
    const { body, headers, signal }: AnyInput = input;
    const key = headers?.['Idempotency-Key'];
    return request(transport, addressOf(name, input), {
      method: operations[name].method,
      body,
      ...(key && { idempotencyKey: key }),
      signal,
    });
  };
  const once = (key: string) => ({ 'Idempotency-Key': key });

  return {
    transport,
    status: (cancel) => call('userStatus', { ...cancel }),
    plans: (cancel) => call('billingPlans', { ...cancel }),
    publicPlans: (cancel) => call('billingPublicPlans', { ...cancel }),
    preview: (to, cycle, cancel) =>
      call('billingPreview', { query: { to, ...known({ cycle }) }, ...cancel }),
    redeemPromo: (code, key) => call('billingPromo', { body: { code }, headers: once(key) }),
    portalUrl: () => call('billingPortalUrl', {}),
    topUps: (cancel) => call('billingTopUps', { ...cancel }),
    createTopUpCheckout: (body) => call('billingTopUpCheckoutUrl', { body }),
    createCheckout: (body) => call('billingCheckoutUrl', { body }),
    checkout: (checkoutId, cancel) =>
      call('billingCheckoutShow', { path: { checkoutId }, ...cancel }),
    returnFromCheckout: (checkoutId, cancel) =>
      call('billingCheckoutReturn', { path: { checkoutId }, ...cancel }),
    dismissCheckout: (checkoutId) => call('billingCheckoutDismiss', { path: { checkoutId } }),
    balance: (cancel) => call('creditsBalance', { ...cancel }),
    history: ({ limit = 20, ...filter }, cancel) =>
      call('creditsHistory', { query: { limit, ...known(filter) }, ...cancel }),
    historyCsv: (filter, cancel) =>
      requestFile(transport, addressOf('creditsHistory', { query: known(filter) }), {
        accept: 'text/csv',
        signal: cancel?.signal,
      }),
    explain: (entryId, cancel) => call('creditsExplain', { path: { entryId }, ...cancel }),
    usage: (range = {}, cancel) => call('creditsUsage', { query: known(range), ...cancel }),
    spend: (body, key) => call('creditsSpend', { body, headers: once(key) }),
    reserve: (body, key) => call('creditsReserve', { body, headers: once(key) }),
    post: (body, key) => call('creditsPost', { body, headers: once(key) }),
    void: (body, key) => call('creditsVoid', { body, headers: once(key) }),
    jobs: ({ limit = 20, ...rest } = {}, cancel) =>
      call('jobsList', { query: { limit, ...known(rest) }, ...cancel }),
    job: (jobId, cancel) => call('jobsShow', { path: { jobId }, ...cancel }),
    cancelJob: (jobId) => call('jobsCancel', { path: { jobId } }),
    notices: (cancel) => call('settingsNotices', { ...cancel }),
    saveNotices: (body) => call('settingsNoticesSave', { body }),
    deleteData: () => call('settingsDataDelete', {}),
    reportEvent: (body) => call('biEvent', { body }),
    call: (path, options) => request(transport, path, options),
  };
}

/** The path of a call with its values in their places, and `?a=1&b=2` where it has any. */
function addressOf<N extends Name>(name: N, input: Input<N>): string {
  const { path = {}, query = {} }: AnyInput = input;
  const filled = operations[name].path.replace(/\{(\w+)\}/g, (_, key: string) =>
    encodeURIComponent(path[key] ?? ''),
  );
  const values = Object.entries(query).map(([key, value]): [string, string] => [key, `${value}`]);
  const search = new URLSearchParams(values);
  return search.size === 0 ? filled : `${filled}?${search}`;
}

/** What is there: without the values that are undefined, null, or an empty text. */
function known<T extends object>(values: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const there = Object.entries(values).filter(([, value]) => value !== '' && value != null);
  return Object.fromEntries(there) as { [Key in keyof T]?: NonNullable<T[Key]> };
}
