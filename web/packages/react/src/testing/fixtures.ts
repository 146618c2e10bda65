import type {
  Checkout,
  Explanation,
  HistoryEntry,
  Job,
  NoticesSettings,
  NoticesView,
  PlanList,
  PlanOffer,
  PlanPreview,
  PublicPlans,
  TopUpList,
  Usage,
  UsageDay,
  UserStatus,
} from '../api/types.js';

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
    creditsOnce: rank === 0,
    priceMonthly: month,
    priceYearly: year,
    benefits: [`Benefit of ${id}`],
    translations: {
      de: { name: id.charAt(0).toUpperCase() + id.slice(1), benefits: [`Vorteil von ${id}`] },
    },
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

/** The standard catalogue as somebody without the app sees it. */
export function thePublicPlans(changes: Partial<PublicPlans> = {}): PublicPlans {
  const { catalog, version, currency, plans } = aPlanList();
  return {
    catalog,
    version,
    currency,
    installUrl: 'https://market.test/app',
    plans: plans.map(({ action: _action, current: _current, ...plan }) => ({
      ...plan,
      custom: false,
    })),
    ...changes,
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
    reason: { code: 'upgrade', name: 'Starter', refunded: false },
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

/** Starter's first hours as the books tell it, newest first. */
export function someEntries(): HistoryEntry[] {
  const after = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
  const told: readonly [number, HistoryEntry['kind'], number, string, number][] = [
    [94, 'post', 0, 'publish', 1197],
    [93, 'reserve', -1, 'publish', 1197],
    [62, 'void', 1, 'publish', 1198],
    [61, 'reserve', -1, 'publish', 1197],
    [30, 'spend', -2, 'image', 1198],
    [1, 'grant', 1000, 'Upgrade to Starter', 1200],
    [-1440, 'grant', 200, 'Install', 200],
  ];
  return told.map(([minutes, kind, amount, text, balanceAfter], index) =>
    anEntry({
      entryId: `ent_${told.length - index}`,
      at: after(minutes),
      kind,
      amount,
      text,
      balanceAfter,
    }),
  );
}

export function anExplanation(changes: Partial<Explanation> = {}): Explanation {
  return {
    entry: anEntry(),
    actor: 'wix',
    reason: 'Upgrade to Starter',
    sentence:
      'The plan went up to Starter on 21 November 2026, and its 1,000 credits were added to what was there.',
    balanceBefore: 200,
    balanceAfter: 1200,
    plan: { id: 'starter', name: 'Starter', catalogVersion: '1' },
    grant: { amount: 1000, remaining: 998, source: 'upgrade', effectiveAt: NOW, expiresAt: null },
    fact: { eventType: 'PaidPlanPurchased', happenedAt: NOW, receivedAt: NOW },
    hold: null,
    ...changes,
  };
}

/** Leaving Starter for the free plan, which takes effect at the end of the paid month. */
export function aPreview(changes: Partial<PlanPreview> = {}): PlanPreview {
  const { status, autoRenew, billingCycle, currentPeriodEnd, nextCycleAt } =
    aStarterStatus().subscription;
  return {
    change: 'to_free',
    sold: false,
    takesEffectAt: currentPeriodEnd ?? NOW,
    currency: 'USD',
    price: '0.00',
    lines: ['Starter stays until it ends.'],
    before: {
      planId: 'starter',
      available: 1200,
      status,
      autoRenew,
      billingCycle: billingCycle ?? null,
      currentPeriodEnd: currentPeriodEnd ?? null,
      nextCycleAt: nextCycleAt ?? null,
    },
    after: {
      planId: 'free',
      available: 200,
      status: 'free',
      autoRenew: false,
      billingCycle: null,
      currentPeriodEnd: null,
      nextCycleAt: null,
    },
    ...changes,
  };
}

export function theTopUps(): TopUpList {
  return {
    currency: 'USD',
    topUps: [
      { id: 'hundred', name: 'Small pack', credits: 100, price: '5.00', translations: {} },
      { id: 'thousand', name: 'Large pack', credits: 1000, price: '39.00', translations: {} },
    ],
  };
}

/** Days up to `NOW` on which credits were spent on two actions, with quiet ones between them. */
export function aUsage(length = 30): Usage {
  const days = Array.from({ length }, (_, index): UsageDay => {
    const date = new Date(Date.parse(NOW) - (length - 1 - index) * 86_400_000);
    const posts = index % 7 < 5 ? (index % 5) + 1 : 0;
    const images = index % 3 === 0 ? 2 : 0;
    const actions = [
      { action: 'publish', credits: posts },
      { action: 'image', credits: images },
    ];
    return {
      date: date.toISOString().slice(0, 10),
      credits: posts + images,
      actions: actions.filter(({ credits }) => credits > 0),
    };
  });
  return {
    from: days[0]?.date ?? '',
    to: days.at(-1)?.date ?? '',
    credits: days.reduce((sum, { credits }) => sum + credits, 0),
    days,
  };
}

export function someJobs(): Job[] {
  return [
    aJob(),
    aJob({
      jobId: 'job_2',
      status: 'completed',
      progressPercent: 100,
      result: { url: 'https://net.test/posts/2' },
      finishedAt: NOW,
    }),
    aFailedJob(),
  ];
}

export function aFailedJob(): Job {
  return aJob({
    jobId: 'job_3',
    status: 'failed',
    error: { code: 'refused', message: 'The network refused the post.' },
    finishedAt: NOW,
  });
}
