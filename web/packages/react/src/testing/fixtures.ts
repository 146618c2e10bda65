import type {
  Checkout,
  HistoryEntry,
  Job,
  NoticesSettings,
  NoticesView,
  PlanList,
  PlanOffer,
  UserStatus,
} from '../api/types';

export const NOW = '2026-11-21T12:00:00Z';

export function aStatus(changes: Partial<UserStatus> = {}): UserStatus {
  return {
    instanceId: 'inst_1',
    isOwner: true,
    locale: 'en',
    plan: { id: 'free', name: 'Free', rank: 0, creditsPerCycle: 200 },
    subscription: {
      status: 'free',
      billingCycle: null,
      startedAt: null,
      currentPeriodEnd: null,
      nextCycleAt: '2026-12-21T12:00:00Z',
      autoRenew: false,
      pendingPlanId: null,
    },
    credits: credits(200, 1),
    connection: { status: 'connected', installedAt: NOW, lastWebhookAt: NOW },
    openCheckout: null,
    now: NOW,
    ...changes,
  };
}

export function credits(available: number, version: number): UserStatus['credits'] {
  return {
    available,
    held: 0,
    byPool: { plan: available, purchased: 0, promo: 0 },
    debt: 0,
    version,
  };
}

/** The status after a monthly Starter purchase: 200 → 1,200. */
export function aStarterStatus(changes: Partial<UserStatus> = {}): UserStatus {
  return aStatus({
    plan: { id: 'starter', name: 'Starter', rank: 1, creditsPerCycle: 1000 },
    subscription: {
      status: 'active',
      billingCycle: 'MONTHLY',
      startedAt: NOW,
      currentPeriodEnd: '2026-12-21T12:00:00Z',
      nextCycleAt: '2026-12-21T12:00:00Z',
      autoRenew: true,
      pendingPlanId: null,
    },
    credits: credits(1200, 2),
    ...changes,
  });
}

function aPlan(id: string, rank: number, month: string, year: string): PlanOffer {
  return {
    id,
    name: id.charAt(0).toUpperCase() + id.slice(1),
    rank,
    creditsPerCycle: [200, 1000, 5000, 25_000][rank] ?? 0,
    priceMonthly: month,
    priceYearly: year,
    benefits: [`Benefit of ${id}`],
    popular: id === 'pro',
    current: false,
    action: 'upgrade',
  };
}

/** The standard catalogue as an instance on the given plan sees it. */
export function aPlanList(currentPlanId = 'free'): PlanList {
  const plans = [
    aPlan('free', 0, '0.00', '0.00'),
    aPlan('starter', 1, '9.00', '90.00'),
    aPlan('pro', 2, '29.00', '290.00'),
    aPlan('scale', 3, '99.00', '990.00'),
  ];
  const rank = plans.find((plan) => plan.id === currentPlanId)?.rank ?? 0;
  return {
    catalog: 'standard',
    version: '1',
    currency: 'USD',
    billingSource: 'wix',
    currentPlanId,
    plans: plans.map((plan) => ({
      ...plan,
      current: plan.rank === rank,
      action: plan.rank === rank ? 'current' : plan.rank > rank ? 'upgrade' : 'downgrade',
    })),
  };
}

export function aCheckout(changes: Partial<Checkout> = {}): Checkout {
  return {
    checkoutId: 'chk_1',
    planId: 'starter',
    billingCycle: 'MONTHLY',
    status: 'open',
    checkoutUrl: 'https://pay.test/checkout/1',
    createdAt: NOW,
    completedAt: null,
    ...changes,
  };
}

export function aJob(changes: Partial<Job> = {}): Job {
  return {
    jobId: 'job_1',
    kind: 'publish',
    status: 'processing',
    progressPercent: 20,
    currentStep: 'Preparing',
    result: null,
    error: null,
    credits: 1,
    attempt: 1,
    createdAt: NOW,
    finishedAt: null,
    ...changes,
  };
}

export function anEntry(changes: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    entryId: 'ent_1',
    at: NOW,
    kind: 'grant',
    amount: 1000,
    pool: 'plan',
    text: 'Upgrade to Starter',
    balanceAfter: 1200,
    ...changes,
  };
}

/** Notices as a new installation has them: a server that sends mails, and nobody to write to. */
export function theNotices(changes: Partial<NoticesSettings> = {}, available = true): NoticesView {
  return {
    available,
    settings: {
      address: null,
      lowCredits: true,
      billingIssue: true,
      planChanged: true,
      creditsGranted: false,
      language: 'en',
      ...changes,
    },
  };
}
