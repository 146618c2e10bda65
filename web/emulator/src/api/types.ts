/** The shapes of the local platform's page API (`/_emulator/…`). Times are RFC 3339 text. */

export type BillingCycle = string;

export interface PlanOffer {
  planId: string;
  productId: string;
  name: string;
  priceMonthly: string;
  priceYearly: string;
  currency: string;
}

export type PlanStatus = 'active' | 'cancelled' | 'expired' | 'trial' | 'unpaid';

export interface InstalledPlan {
  planId: string;
  productId: string;
  name: string;
  billingCycle: BillingCycle;
  startedAt: string;
  periodEnd: string | null;
  autoRenew: boolean;
  status: PlanStatus;
  price: string;
  currency: string;
  invoiceId: string | null;
  cardFails: boolean;
  /** The invoice whose payment failed and is still open. */
  unpaidInvoiceId: string | null;
  /** The lower plan that the next period is paid for. */
  nextPlan?: string;
}

export type InvoiceStatus = 'PAID' | 'PAYMENT_FAILED' | 'REFUNDED' | 'CHARGEDBACK';

/** One payment of one period. */
export interface Invoice {
  invoiceId: string;
  productId: string;
  billingCycle: BillingCycle;
  price: string;
  currency: string;
  at: string;
  renewal: boolean;
  status: InvoiceStatus;
  couponName: string | null;
}

/** How the app is set up at the platform. */
export interface SettingsDraft {
  externalPricingPage: boolean;
  trialDays: number | null;
  permissions: string[];
}

export interface AppSettings extends SettingsDraft {
  knownPermissions: { id: string; name: string }[];
}

/** A line of what an app that is paid by use named when it was asked. */
export interface Charge {
  lineId: string;
  description: string;
  amount: string;
  /** Null for a count, which has no price of its own. */
  currency: string | null;
  periodStart: string;
  periodEnd: string;
  state: 'INVOICED' | 'REJECTED' | 'COUNTED';
  reasons: string[];
  at: string;
}

export interface ChargeLedger {
  enabled: boolean;
  chargeLimit: string | null;
  charges: Charge[];
}

export interface Install {
  instanceId: string;
  installedAt: string;
  removed: boolean;
  plan: InstalledPlan | null;
}

export interface Site {
  siteId: string;
  name: string;
  url: string;
  /** Its page on the local platform; null where browsers cannot reach it by name. */
  pageUrl: string | null;
  ownerName: string;
  ownerEmail: string;
  install: Install | null;
}

export interface AppListing {
  appId: string;
  name: string;
  tagline: string;
  description: string;
  developer: string;
  iconUrl: string | null;
  appUrl: string;
}

export interface PlatformState {
  now: string;
  clockOffsetMs: number;
  app: AppListing;
  plans: PlanOffer[];
  sites: Site[];
}

export interface ClockReading {
  now: string;
  offsetMs: number;
}

/** A clock that runs faster than real time. */
export interface Pace {
  perSecondMs: number;
  until: string | null;
}

export interface ClockState extends ClockReading {
  nextEventAt: string | null;
  nextEvent: string | null;
  pace: Pace | null;
}

export interface ClockMove extends ClockReading {
  deliveries: number;
  renewals: number;
  /** Moments at which something fell due in the app. */
  appEvents: number;
}

export type DeliveryState = 'pending' | 'delivered' | 'retrying' | 'gave_up';

export interface Delivery {
  deliveryId: string;
  eventType: string;
  instanceId: string;
  siteName: string;
  attempt: number;
  state: DeliveryState;
  at: string;
  durationMs: number | null;
  responseStatus: number | null;
  error: string | null;
  nextAttemptAt: string | null;
  resendOf: string | null;
}

/** The layers of a webhook's body. Before it is signed for the first time only the payload is known. */
export interface DecodedDelivery {
  claims: unknown;
  event: unknown;
  payload: unknown;
  identity: unknown;
}

/** One POST of a delivery. */
export interface Attempt {
  attempt: number;
  at: string;
  durationMs: number;
  responseStatus: number | null;
  error: string | null;
}

export type Headers = Record<string, string>;

export interface DeliveryDetail extends Delivery {
  attempts: Attempt[];
  requestUrl: string;
  requestHeaders: Headers;
  /** Null until the first attempt signs it. */
  requestBody: string | null;
  decoded: DecodedDelivery;
  responseHeaders: Headers;
  responseBody: string;
}

export type CheckoutStatus = 'open' | 'paid' | 'expired' | 'cancelled';

export interface Checkout {
  token: string;
  status: CheckoutStatus;
  productId: string;
  planName: string;
  billingCycle: BillingCycle;
  price: string;
  currency: string;
  siteName: string;
  appName: string;
  testCheckout: boolean;
  dueToday: string;
  trialDays: number | null;
  coupon: { code: string; name: string; percentOff: number } | null;
  /** When the plan begins, where that is not today. */
  beginsAt: string | null;
  cancelUrl: string;
  createdAt: string;
  expiresAt: string;
}

export interface CardDetails {
  cardNumber: string;
  expiry: string;
  cvc: string;
  name: string;
}

/** How much goes wrong on the way to the app; all but the seed are percentages. */
export interface ChaosProfile {
  seed: number;
  duplicate: number;
  reorder: number;
  delay: number;
  drop: number;
  slow: number;
}

export interface ChaosState {
  on: boolean;
  profile: ChaosProfile | null;
  /** Webhooks queued since it was switched on. */
  seen: number;
}

export interface Snapshot {
  name: string;
  at: string;
  withApp: boolean;
  installs: number;
}

export type RecordKind = 'request' | 'token' | 'delivery' | 'ledger' | 'job' | 'platform';

export type RecordOutcome = 'done' | 'waiting' | 'failed';

/** One line of the inspector's time line. The form of `detail` depends on the kind. */
export interface TimelineRecord {
  recordId: string;
  at: string;
  kind: RecordKind;
  title: string;
  outcome: RecordOutcome;
  instanceId: string | null;
  siteName: string | null;
  deliveryId: string | null;
  detail: unknown;
}

export interface Timeline {
  records: TimelineRecord[];
  /** Whether the app told of its ledger and its jobs. */
  appAnswers: boolean;
}
