import type { ConnectionState, JobStatus, SubscriptionStatus } from '../api/types';
import type { Format } from './format';

/** English texts of the package's own components. */
export const en = (f: Format) => {
  const credits = (count: number) =>
    `${f.number(count)} ${f.plural(count, { one: 'credit', other: 'credits' })}`;
  return {
    credits,
    close: 'Close',
    retry: 'Try again',
    loading: 'Loading…',
    requestId: (id: string) => `Request id: ${id}`,
    creditCard: {
      title: 'Credits available',
      perCycle: (count: number) => `${credits(count)} each cycle`,
      once: (count: number) => `${credits(count)} to start with`,
      held: 'held for running jobs',
      announce: (count: number) => `${credits(count)} available`,
      pools: { purchased: 'bought separately', promo: 'promotional' },
      debt: 'owed after a refund',
    },
    connection: {
      connected: 'Connected to Wix',
      waiting: 'Waiting for Wix',
      removed: 'Not installed',
    } satisfies Record<ConnectionState, string>,
    connectionHint: {
      connected: 'Your site and this app are in touch.',
      waiting: 'Wix has not confirmed the installation yet. This usually takes a few seconds.',
      removed: 'The app was removed from this site.',
    } satisfies Record<ConnectionState, string>,
    live: {
      reconnecting: 'Reconnecting live updates…',
      offline: 'You are offline. What you see may be out of date.',
    },
    subscription: {
      free: 'Free plan',
      trial: 'Free trial',
      active: 'Active',
      cancelled: 'Cancelled',
      billing_issue: 'Payment problem',
      removed: 'Removed',
    } satisfies Record<SubscriptionStatus, string>,
    pricing: {
      cycleLabel: 'Billing cycle',
      monthly: 'Monthly',
      yearly: 'Yearly',
      save: (percent: number) => `Save ${f.percent(percent)}`,
      custom: 'Let’s talk',
      perMonth: 'per month',
      perMonthBilledYearly: (total: string) => `per month, ${total} billed yearly`,
      forever: 'for as long as you like',
      perCycle: (count: number) => `${credits(count)} each month`,
      once: (count: number) => `${credits(count)} once`,
      popular: 'Most popular',
      current: 'Current plan',
      upgrade: (plan: string) => `Upgrade to ${plan}`,
      switchToYearly: 'Switch to yearly',
      opening: 'Opening checkout…',
      contact: 'Contact us',
      downgradeAction: 'How to downgrade',
      includes: (plan: string) => `What ${plan} includes`,
    },
    checkout: {
      processing: {
        title: (plan: string | null) =>
          plan === null ? 'Processing your payment' : `Processing your payment for ${plan}`,
        text: 'Wix is confirming the payment. Your credits will appear here by themselves, usually within a few seconds.',
        steps: ['Back from checkout', 'Wix confirms it', 'Credits arrive'],
      },
      success: {
        title: (plan: string | null) =>
          plan === null ? 'Payment confirmed' : `You are on ${plan}`,
        text: 'Thank you! The payment is confirmed and your credits are ready to use.',
        balance: (before: string, after: string) => `Your balance went from ${before} to ${after}`,
        newBalance: (after: string) => `Your balance is ${after}`,
        oldLabel: 'Before',
        newLabel: 'Now',
        done: 'Continue',
      },
      waiting: {
        title: 'Still waiting for Wix',
        text: 'The confirmation is taking longer than usual. We keep watching and your credits will appear here as soon as Wix confirms the payment. You can use the app meanwhile.',
        unpaid: 'If you closed the payment page before paying, nothing was charged.',
        done: 'Use the app meanwhile',
      },
      cancelled: {
        title: 'Checkout cancelled',
        text: (plan: string | null) =>
          plan === null
            ? 'You left before paying – nothing was charged and your plan is unchanged.'
            : `You left before paying for ${plan} – nothing was charged and your plan is unchanged.`,
        resume: 'Continue checkout',
        done: 'Back to the app',
      },
      unknown: {
        title: 'No payment found',
        text: 'This address does not belong to an open checkout of your site. Nothing was charged and your plan and credits are unchanged.',
        done: 'Back to the app',
      },
      interrupted: 'The server cannot be reached right now. We keep trying.',
    },
    job: {
      queued: 'Waiting to start',
      processing: 'Working',
      optimizing: 'Optimising',
      publishing: 'Publishing',
      completed: 'Done',
      failed: 'Failed',
      cancelled: 'Cancelled',
    } satisfies Record<JobStatus, string>,
    jobProgress: {
      label: 'Progress',
      announce: (percent: number, step: string) => `${f.percent(percent / 100)}, ${step}`,
      attempt: (attempt: number) => `Attempt ${f.number(attempt)}`,
      creditBack: (count: number) =>
        count === 1
          ? 'The credit came back to your balance.'
          : `${credits(count)} came back to your balance.`,
      open: 'Open the result',
      unknownFailure: 'The job ended with an error.',
    },
    errors: {
      title: 'Something went wrong',
      text: 'This part of the page could not be loaded.',
      crashed: 'This page ran into an unexpected problem.',
      offlineTitle: 'No connection',
      offlineText: 'The server could not be reached. Check your connection and try again.',
      sessionTitle: 'Please reload the page',
      sessionText:
        'Your session with Wix has ended. Reload the page in your browser to continue where you were.',
      forbiddenTitle: 'No access',
      forbiddenText: 'Only the owner of this site can use this app. Ask the owner to open it.',
      missingTitle: 'Open this page from your Wix dashboard',
      missingText:
        'This page works inside Wix: open the dashboard of your site, choose Apps in the side menu, and open the app there.',
    },
  };
};

export type PackageMessages = ReturnType<typeof en>;
