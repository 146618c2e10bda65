/** The words of this package for the types generated from the API document. Times are RFC 3339 text. */
import type {
  CheckoutUrl,
  CheckoutUrlRequest,
  CheckoutView,
  ConnectionStatus,
  ConnectionView,
  CreditsView,
  EndedHold,
  EntryView,
  History,
  Jobs,
  JobView,
  PayBy,
  Plans,
  PlanView,
  Refusal,
  Reserved,
  Spent,
  SubscriptionView,
} from './generated';

export type {
  CheckoutStatus,
  EntryKind,
  JobStatus,
  PlanAction,
  PlanSummary,
  PostRequest,
  ReserveRequest,
  SpendRequest,
  SubscriptionStatus,
  UserStatus,
  VoidRequest,
} from './generated';

export type Checkout = CheckoutView;
export type CheckoutLink = CheckoutUrl;
export type CheckoutRequest = CheckoutUrlRequest;
export type Connection = ConnectionView;
export type ConnectionState = ConnectionStatus;
export type Credits = CreditsView;
export type ErrorBody = Refusal;
export type HistoryEntry = EntryView;
export type HistoryPage = History;
export type Hold = Reserved;
export type HoldOutcome = EndedHold;
export type Job = JobView;
export type JobList = Jobs;
export type PlanList = Plans;
export type PlanOffer = PlanView;
/** The two cycles the app's own pricing page sells. */
export type SoldCycle = PayBy;
export type SpendReceipt = Spent;
export type Subscription = SubscriptionView;

/** The names of the live stream's events: the document knows only that it is text. */
export type LiveEventName = 'status' | 'job' | 'checkout' | 'bye';
