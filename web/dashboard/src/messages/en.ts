import type { Format } from '@wixapp/react';

/** English texts of the dashboard's pages. */
export const en = (f: Format) => ({
  app: {
    name: 'Autopost',
    skip: 'Skip to content',
    navigation: 'Pages of the app',
    documentTitle: (page: string) => `${page} · Autopost`,
  },
  nav: { overview: 'Overview', plans: 'Plans', history: 'History' },
  overview: {
    title: 'Overview',
    subtitle: 'Your plan, your credits and what they are doing.',
  },
  openCheckout: {
    label: 'Open checkout',
    text: (plan: string) => `Your checkout for ${plan} was not completed – nothing was charged.`,
    resume: 'Continue',
    dismiss: 'Dismiss',
    failed: 'The reminder could not be dismissed. Please try again.',
  },
  plan: {
    title: 'Your plan',
    status: 'Status',
    cycle: 'Billing',
    cycles: { MONTHLY: 'Monthly', YEARLY: 'Yearly' } as Record<string, string>,
    otherCycle: 'Other',
    noCycle: 'Free of charge',
    nextCredits: 'Next credits',
    noNext: 'No further credits are planned',
    nextAt: (date: string, days: string) => `${date} (${days})`,
    periodEnd: 'Paid until',
    autoRenewOff: (plan: string, date: string) =>
      `Auto-renewal is off. You keep ${plan} and its credits until ${date}; then the site moves to the free plan.`,
    billingIssue:
      'Wix could not collect the last payment. You keep your access; new credits arrive once the payment is settled in Wix.',
    removed: 'The app is not installed on this site any more.',
    compare: 'Compare plans',
    upgrade: 'Upgrade',
  },
  publish: {
    title: 'Publish a post',
    subtitle: 'A sample action: it costs one credit and runs as a background job.',
    label: 'Text of the post',
    placeholder: 'What would you like to share?',
    simulate: 'Simulate a failure, to see the credit come back',
    submit: 'Publish for 1 credit',
    submitting: 'Starting…',
    empty: (_limit: number) => 'Write a few words first.',
    tooLong: (limit: number) => `A post can have at most ${f.number(limit)} characters.`,
    left: (count: number) =>
      `${f.number(count)} ${f.plural(count, { one: 'character', other: 'characters' })} left`,
    noCredits: 'You have no credits left for this post.',
    noCreditsAction: 'See plans',
    jobTitle: 'Publishing your post',
  },
  jobs: {
    title: 'Recent jobs',
    kinds: { publish: 'Publish a post' } as Record<string, string>,
    emptyTitle: 'No jobs yet',
    emptyText: 'Publish a post and watch it here, step by step.',
    open: 'Open',
    openLabel: (title: string, at: string) => `Open the result of “${title}”, ${at}`,
  },
  plans: {
    title: 'Plans',
    subtitle: 'More credits, every month. Upgrade now, pay on Wix, and use the credits at once.',
    note: 'Payments, invoices and cancellations are handled by Wix.',
    downgrade: {
      title: (plan: string) => `Move to ${plan}`,
      text: (current: string, plan: string) =>
        `Going from ${current} to ${plan} is done in Wix: cancel the current plan there and choose ${plan} when the paid period has ended. You keep ${current} and all your credits until then.`,
      textFree: (current: string) =>
        `Leaving ${current} is done in Wix: turn off auto-renewal or cancel the plan there. You keep ${current} and all your credits until the paid period ends; then the site moves to the free plan.`,
      steps: [
        'Open the dashboard of your site in Wix.',
        'Choose Apps → Manage Apps in the side menu.',
        'Find this app and open its subscription to cancel or turn off auto-renewal.',
      ],
      close: 'Got it',
    },
  },
  history: {
    title: 'Credit history',
    subtitle: 'Every credit that came in or went out, newest first.',
    at: 'Date',
    what: 'What happened',
    change: 'Change',
    balance: 'Balance',
    kinds: {
      grant: 'Credits added',
      reserve: 'Held for a job',
      post: 'Used by a job',
      void: 'Given back',
      spend: 'Used',
      reset: 'Reset',
      expire: 'Expired',
      reversal: 'Reversed',
      adjust: 'Adjusted',
      repayment: 'Debt paid',
    },
    more: 'Show older entries',
    loadingMore: 'Loading…',
    end: 'That is everything.',
    emptyTitle: 'No entries yet',
    emptyText: 'Credits you receive and spend will be listed here.',
  },
  errors: {
    checkout: 'The checkout could not be opened.',
    ownerOnly: 'Only the owner of this site can do this.',
    rateLimited: 'That was a bit fast. Please wait a moment and try again.',
    unreachable: 'The server could not be reached. Check your connection and try again.',
  },
});

export type AppMessages = ReturnType<typeof en>;
