/** The words of this package for the types generated from the API document. Times are RFC 3339 text. */
import type {
  BiEventRequest,
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
  JobsListData,
  JobView,
  PayBy,
  Plans,
  PlanView,
  Preview,
  Redeemed,
  Refusal,
  Reserved,
  Spent,
  SubscriptionView,
  TopUps,
  TopUpView,
} from './generated/index.js';

export type {
  ActionUsage,
  CheckoutStatus,
  DeletedData,
  EntryKind,
  Explanation,
  JobStatus,
  Milestone,
  NoticesSettings,
  NoticesView,
  PlanAction,
  PlanChangeKind,
  PlanSummary,
  Pool,
  PortalUrl,
  PostRequest,
  PublicPlan,
  PublicPlans,
  ReasonCode,
  ReserveRequest,
  SpendRequest,
  SubscriptionStatus,
  TopUpRequest,
  Usage,
  UsageDay,
  UserStatus,
  VoidRequest,
} from './generated/index.js';

export type BiEvent = BiEventRequest;
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
/** How the jobs of a list stand, roughly. */
export type JobGroup = NonNullable<NonNullable<JobsListData['query']>['state']>;
export type PlanList = Plans;
export type PlanPreview = Preview;
export type PromoReceipt = Redeemed;
export type TopUp = TopUpView;
export type TopUpList = TopUps;
export type PlanOffer = PlanView;
/** The two cycles the app's own pricing page sells. */
export type SoldCycle = PayBy;
export type SpendReceipt = Spent;
export type Subscription = SubscriptionView;

/** The names of the live stream's events: the document knows only that it is text. */
export type LiveEventName = 'status' | 'job' | 'checkout' | 'bye';
