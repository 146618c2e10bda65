/** Shapes of the server's JSON API. Times are RFC 3339 text, credits are whole numbers. */

export type SubscriptionStatus =
  | 'free'
  | 'trial'
  | 'active'
  | 'cancelled'
  | 'billing_issue'
  | 'removed';
export type ConnectionState = 'connected' | 'waiting' | 'removed';
export type CheckoutStatus = 'open' | 'completed' | 'expired' | 'dismissed';
export type JobStatus =
  | 'queued'
  | 'processing'
  | 'optimizing'
  | 'publishing'
  | 'completed'
  | 'failed'
  | 'cancelled';
export type PlanAction = 'current' | 'upgrade' | 'downgrade' | 'contact';
export type EntryKind =
  | 'grant'
  | 'reserve'
  | 'post'
  | 'void'
  | 'spend'
  | 'reset'
  | 'expire'
  | 'reversal'
  | 'adjust';
/** The two cycles the app's own pricing page sells. */
export type SoldCycle = 'MONTHLY' | 'YEARLY';

export interface PlanSummary {
  id: string;
  name: string;
  rank: number;
  creditsPerCycle: number;
}

export interface Subscription {
  status: SubscriptionStatus;
  /** Wix's own word; more values than the two sold here exist. */
  billingCycle: string | null;
  startedAt: string | null;
  currentPeriodEnd: string | null;
  nextCycleAt: string | null;
  autoRenew: boolean;
  pendingPlanId: string | null;
}

export interface Credits {
  available: number;
  held: number;
  byPool: { plan: number; purchased: number; promo: number };
  debt: number;
  /** Grows with every change of the account, so an older answer can be told from a newer one. */
  version: number;
}

export interface Connection {
  status: ConnectionState;
  installedAt: string | null;
  lastWebhookAt: string | null;
}

export interface Checkout {
  checkoutId: string;
  planId: string;
  billingCycle: string;
  status: CheckoutStatus;
  checkoutUrl: string;
  createdAt: string;
  completedAt: string | null;
}

export interface UserStatus {
  instanceId: string;
  isOwner: boolean;
  locale: string | null;
  plan: PlanSummary;
  subscription: Subscription;
  credits: Credits;
  connection: Connection;
  openCheckout: Checkout | null;
  /** The server's clock; in the local platform it can be ahead of the browser's. */
  now: string;
}

export interface PlanOffer extends PlanSummary {
  /** Decimal text such as "9.00", in the catalogue's currency. */
  priceMonthly: string;
  priceYearly: string;
  benefits: string[];
  popular: boolean;
  current: boolean;
  action: PlanAction;
}

export interface PlanList {
  catalog: string;
  version: string;
  currency: string;
  currentPlanId: string;
  plans: PlanOffer[];
}

export interface CheckoutRequest {
  planId: string;
  billingCycle: SoldCycle;
  couponCode?: string;
  languageCode?: string;
  countryCode?: string;
}

export interface CheckoutLink {
  checkoutId: string;
  checkoutUrl: string;
}

export interface HistoryEntry {
  entryId: string;
  at: string;
  kind: EntryKind;
  /** Signed effect on the available balance. */
  amount: number;
  pool: string | null;
  text: string;
  balanceAfter: number;
}

export interface HistoryPage {
  entries: HistoryEntry[];
  nextCursor: string | null;
}

export interface Job {
  jobId: string;
  kind: string;
  status: JobStatus;
  progressPercent: number;
  currentStep: string | null;
  result?: unknown;
  error?: { code: string; message: string } | null;
  /** Credits held or charged for the job. */
  credits: number | null;
  attempt: number;
  createdAt: string;
  finishedAt: string | null;
}

export interface JobList {
  jobs: Job[];
}

export interface SpendRequest {
  amount: number;
  action: string;
  reference?: string;
}

export interface SpendReceipt {
  entryId: string;
  credits: Credits;
}

export interface ReserveRequest {
  amount: number;
  action: string;
  ttlS?: number;
}

export interface Hold {
  holdId: string;
  amount: number;
  expiresAt: string;
  credits: Credits;
}

export interface HoldOutcome {
  holdId: string;
  state: string;
  credits: Credits;
}

export interface ErrorBody {
  success: false;
  error: string;
  message: string;
  hint?: string;
  details?: Record<string, unknown>;
  requestId?: string;
}

export type Reply<T> = { success: true; data: T } | ErrorBody;
