import type {
  ConnectionState,
  EntryKind,
  JobStatus,
  Pool,
  ReasonCode,
  SubscriptionStatus,
} from '../api/types.js';
import type { Format } from './format.js';

/** English texts of the package's own components. */
export const en = (f: Format) => {
  const credits = (count: number) =>
    `${f.number(count)} ${f.plural(count, { one: 'credit', other: 'credits' })}`;
  const wereOf = (count: number) => f.plural(count, { one: 'was', other: 'were' });
  const were = (count: number) => `${credits(count)} ${wereOf(count)}`;
  return {
    credits,
    close: 'Close',
    retry: 'Try again',
    loading: 'Loading…',
    requestId: (id: string) => `Request id: ${id}`,
    creditCard: {
      title: 'Credits available',
      perCycle: (count: number) => `${credits(count)} each cycle`,
      perPaidCycle: (count: number) => `${credits(count)} each cycle, once the plan is paid`,
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
    } as Record<ConnectionState, string>,
    connectionHint: {
      connected: 'Your site and this app are in touch.',
      waiting: 'Wix has not confirmed the installation yet. This usually takes a few seconds.',
      removed: 'The app was removed from this site.',
    } as Record<ConnectionState, string>,
    live: {
      noNetwork: 'No connection',
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
    } as Record<SubscriptionStatus, string>,
    copy: {
      action: 'Copy',
      done: 'Copied.',
      failed: 'Please select the text and copy it yourself.',
    },
    lowCredits: {
      label: 'Credits',
      none: 'You have no credits left.',
      few: (count: number) => `Only ${credits(count)} left.`,
      next: (count: number, date: string) => `${credits(count)} arrive on ${date}.`,
      nextOfOther: (date: string) => `The next credits arrive on ${date}.`,
    },
    preview: {
      confirm: 'Confirm',
      cancel: 'Cancel',
      understood: 'Got it',
      cost: (cost: number, left: number) =>
        `This takes ${credits(cost)}; you will have ${f.number(left)} left.`,
      tooFew: (cost: number, available: number) =>
        `This takes ${credits(cost)}, and you have ${f.number(available)}.`,
    },
    pricing: {
      title: 'Choose a plan',
      cycleLabel: 'Billing cycle',
      monthly: 'Monthly',
      yearly: 'Yearly',
      save: (percent: number) => `Save ${f.percent(percent)}`,
      saveUpTo: (percent: number) => `Save up to ${f.percent(percent)}`,
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
      notSold: {
        by_year:
          'You pay by the year, so higher plans are sold to you by the year, too: choose “Yearly” above.',
        longer:
          'Your plan is paid for more than a year, so higher ones are sold here when that time is over.',
      },
      downgradeAction: 'How to downgrade',
      includes: (plan: string) => `What ${plan} includes`,
    },
    install: {
      title: 'Add the app to your site first',
      text: 'It starts on the free plan. You choose another inside the app, whenever you like.',
      noAddress:
        'Find the app in the Wix App Market and add it there. You choose a plan inside the app.',
      action: 'Add to site',
      actionFor: (plan: string) => `Add to site, for ${plan}`,
    },
    compare: {
      title: 'Compare plans',
      feature: 'Feature',
      monthly: 'Price, monthly',
      yearly: 'Price, yearly',
      credits: 'Credits',
      included: 'Included',
      notIncluded: 'Not included',
    },
    change: {
      title: (plan: string) => `Move to ${plan}`,
      inWix: 'in Wix',
      atStripe: 'on Stripe’s page',
      why: (current: string, plan: string, place: string) =>
        `Going from ${current} to ${plan} is done ${place}, where you also see what you paid: this page never ends something that is paid for. This is what will happen:`,
      whyFree: (current: string, place: string) =>
        `Leaving ${current} is done ${place}, where you also see what you paid: this page never ends something that is paid for. This is what will happen:`,
      now: 'Now',
      from: (date: string) => `From ${date}`,
      plan: 'Plan',
      credits: 'Credits',
      next: 'Next credits',
      none: 'None',
      keepsCredits: 'You keep all credits you have then.',
      losesCredits:
        'Credits of the plan that are not used by then leave with it. Credits you bought separately stay.',
      how: 'How to do it',
      stepsToFree: [
        'Open the dashboard of your site in Wix.',
        'Choose Apps → Manage Apps in the side menu.',
        'Find this app and open its subscription to cancel or turn off auto-renewal.',
      ],
      stepsTo: (plan: string) => [
        'Open the dashboard of your site in Wix.',
        'Choose Apps → Manage Apps in the side menu.',
        `Find this app and choose ${plan} there: Wix calls it “Switch plan”.`,
        `If Wix does not offer ${plan} there, turn off auto-renewal, and buy ${plan} on this page when the time you paid for is over.`,
      ],
      portal: 'Manage the subscription',
    },
    contact: {
      title: (plan: string) => (plan === '' ? 'Contact us' : `Contact us about ${plan}`),
      text: 'This plan is agreed on in person. Write to the developer of the app: the address is on the app’s page in the Wix App Market. Name this id, so that we know which site it is for:',
      market: 'Open the app’s page in the Wix App Market',
      instance: 'Id of your installation',
    },
    promo: {
      open: 'Have a promo code?',
      label: 'Promo code',
      apply: 'Redeem',
      applying: 'Redeeming…',
      empty: 'Enter the code first.',
      added: (count: number) => `${credits(count)} added to your balance.`,
      addedUntil: (count: number, date: string) =>
        `${credits(count)} added to your balance. Use them by ${date}.`,
      failed: 'The code could not be redeemed. Please try again.',
      refusals: {
        promo_unknown: 'There is no such code. Check the spelling.',
        promo_redeemed: 'This code was redeemed on your site already.',
        promo_used_up: 'This code has been redeemed as often as it may be.',
        promo_not_running: 'This code cannot be redeemed at this time.',
        invalid_request: 'This does not look like a code. Check the spelling.',
      } as Record<string, string>,
    },
    topUps: {
      title: 'Top up',
      text: 'Credits beside your plan. They never expire, and no change of plan touches them.',
      once: 'paid once',
      buy: (price: string) => `Buy for ${price}`,
    },
    history: {
      title: 'Credit history',
      filters: 'Filter the history',
      kind: 'What happened',
      allKinds: 'Everything',
      pool: 'Credits',
      allPools: 'All credits',
      from: 'From',
      to: 'To',
      clear: 'Clear filters',
      at: 'Date',
      what: 'What happened',
      change: 'Change',
      balance: 'Balance',
      explain: 'Explanation',
      explainEntry: (kind: string, at: string) => `Explain: ${kind}, ${at}`,
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
      } as Record<EntryKind, string>,
      pools: {
        plan: 'From the plan',
        purchased: 'Bought separately',
        promo: 'Promotional',
      } as Record<Pool, string>,
      /** What the books say of an entry, in words: of a plan, a top-up, a code, or a number of credits. */
      reasons: {
        start: (count: string) => `${credits(Number(count))} to start with`,
        plan_bought: (plan: string) => `${plan} plan bought`,
        plan_bought_again: (plan: string) => `${plan} plan bought once more`,
        trial: (plan: string) => `${plan} plan, free trial`,
        trial_converted: (plan: string) => `${plan} plan after the free trial`,
        upgrade: (plan: string) => `Upgrade to ${plan}`,
        new_cycle: (plan: string) => `${plan} plan, new cycle`,
        plan_given: (plan: string) => `${plan} plan given`,
        top_up_bought: (name: string) => `${name} bought`,
        promo_code: (code: string) => `Promo code ${code}`,
        expired: () => 'Credits expired',
        plan_ended: () => 'The paid plan ended',
        plan_not_ended: () => 'The paid plan had not ended after all',
        not_due: () => 'What is known now says it was not due',
        refunded_spent: () => 'Credits that were refunded after they had been spent',
        refunded_held: () => 'Credits that were refunded while they were put aside',
      } as Record<ReasonCode, (name: string) => string>,
      refunded: (said: string) => `${said}: refunded`,
      more: 'Show older entries',
      loadingMore: 'Loading…',
      end: 'That is everything.',
      emptyTitle: 'No entries yet',
      emptyText: 'Credits you receive and spend will be listed here.',
      reversed: 'The first day is after the last.',
      noMatchTitle: 'Nothing matches',
      noMatchText: 'No entry fits these filters.',
      export: 'Download CSV',
      exporting: 'Preparing…',
      exportFailed: 'The file could not be made. Please try again.',
    },
    explanation: {
      title: 'Why this entry is there',
      fromTo: (before: string, after: string) => `From ${before} to ${after}`,
      plan: 'Plan',
      left: 'Still unused',
      leftOf: (left: string, all: string) => `${left} of ${all}`,
      expires: 'Expire',
      action: 'For',
      setAside: 'Put aside',
      spent: 'Used in the end',
      reason: 'Reason',
      fact: 'Wix said',
      told: (event: string, at: string) => `${event}, ${at}`,
      id: 'Entry',
      /** What happened, in a sentence or two. `why` is the reason in words, `day` a date. */
      sentences: {
        given: (count: number, why: string) => `${were(count)} given: ${why}.`,
        start: (count: number) => `${were(count)} given to start with. Every site gets them once.`,
        bought: (count: number, plan: string, day: string) =>
          `${plan} was bought on ${day}, and its first ${were(count)} given.`,
        cycle: (count: number, plan: string, day: string) =>
          `A new cycle of ${plan} began on ${day}, and its ${were(count)} given.`,
        upgrade: (count: number, plan: string, day: string) =>
          `The plan went up to ${plan} on ${day}, and its ${were(count)} added to what was there.`,
        trial: (count: number, plan: string) =>
          `${were(count)} given for trying ${plan}. Every site gets them once.`,
        carried: (count: number) => `${were(count)} carried over from before.`,
        topUp: (count: number, day: string) =>
          `${were(count)} bought on ${day}. They stay until they are spent.`,
        promo: (count: number, why: string) => `${were(count)} given for a code: ${why}.`,
        byHand: (count: number, why: string) => `${were(count)} given by hand: ${why}.`,
        reserve: (count: number, action: string) =>
          `${were(count)} put aside for “${action}”, which was about to begin.`,
        post: (count: number, action: string) =>
          `${credits(count)} that had been put aside for “${action}” ${wereOf(count)} spent when it was done.`,
        void: (count: number, action: string, why: string) =>
          `${credits(count)} that had been put aside for “${action}” came back: ${why}.`,
        expired: 'its time ran out',
        posted: 'it took less than was put aside',
        voided: 'it was not done after all',
        spend: (count: number, action: string) => `${were(count)} spent on “${action}”.`,
        reset: (count: number, why: string) =>
          `${why}: ${credits(count)} of the plan’s pool left with it, and what the free plan gives stayed.`,
        expire: (count: number, why: string) =>
          `${credits(count)} reached their last day and left unspent: ${why}.`,
        reversal: (count: number, why: string) =>
          `${credits(count)} that had been given ${wereOf(count)} taken back: ${why}.`,
        repayment: (count: number, why: string) => `${credits(count)} paid what was owed: ${why}.`,
        adjust: (count: number, who: string, why: string) =>
          `${who} corrected the balance by ${credits(count)}: ${why}.`,
        /** Of an entry that moved no credits that can be spent. */
        other: (kind: string, why: string) => `${kind}: ${why}.`,
        yourPlan: 'your plan',
      },
    },
    usage: {
      chart: 'Credits used by day',
      other: 'Other',
      day: (date: string, count: number, parts: string) =>
        `${date}: ${credits(count)}${parts === '' ? '' : ` (${parts})`}`,
      table: 'Show as a table',
      date: 'Day',
      total: 'All',
      nothing: 'No credits were used.',
      idle: 'No credits were used lately, so there is nothing to forecast.',
      empty: 'You have no credits.',
      emptyUntil: (date: string) => `You have no credits. The next ones arrive on ${date}.`,
      planEnds: (date: string) =>
        `Your plan ends on ${date}, before your credits are used up at this pace. Credits of the plan leave with it.`,
      lasts: 'At this pace your credits last for more than a year.',
      runsOut: (date: string, days: string) =>
        `At this pace your credits run out about ${date} (${days}).`,
      untilNext: (date: string) =>
        `At this pace your credits last until the next ones arrive on ${date}.`,
      pace: (perDay: string) =>
        `On average ${perDay} a day, counted from the first use, over two weeks at most.`,
    },
    checkout: {
      processing: {
        title: (plan: string | null) =>
          plan === null ? 'Processing your payment' : `Processing your payment for ${plan}`,
        text: (biller: string) =>
          `${biller} is confirming the payment. Your credits will appear here by themselves, usually within a few seconds.`,
        steps: (biller: string) => [
          'Back from checkout',
          `${biller} confirms it`,
          'Credits arrive',
        ],
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
        title: (biller: string) => `Still waiting for ${biller}`,
        text: (biller: string) =>
          `The confirmation is taking longer than usual. We keep watching and your credits will appear here as soon as ${biller} confirms the payment. You can use the app meanwhile.`,
        unpaid: 'If you closed the payment page before paying, nothing was charged.',
        done: 'Use the app meanwhile',
      },
      mail: {
        promise: (address: string) =>
          `We will e-mail ${address} as soon as the payment is confirmed. You can close this page.`,
        label: 'E-mail me when it is confirmed',
        action: 'E-mail me',
        failed: 'The address could not be saved. Check it and try again.',
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
      declined: {
        title: 'The payment was declined',
        text: (plan: string | null) =>
          plan === null
            ? 'Nothing was charged and your plan is unchanged. You can try again with another card.'
            : `Nothing was charged for ${plan} and your plan is unchanged. You can try again with another card.`,
        resume: 'Try another card',
      },
      expired: {
        title: 'This checkout has expired',
        text: (_plan: string | null) =>
          'It was not paid in time and can no longer be. Nothing was charged; choose the plan again to buy it.',
        resume: '',
      },
      unknown: {
        title: 'This payment is not known here',
        text: (biller: string) =>
          `The address that brought you here belongs to no checkout of this site, so nothing can be said about a payment. If you have paid for this site, plan and credits appear here by themselves once ${biller} confirms it. If they do not, look for your receipt from ${biller} and contact support.`,
        done: 'Back to the app',
      },
      offline: {
        title: 'You are offline',
        text: 'If you have just paid, your payment is safe: it is confirmed without this page. Once you are connected again, this page goes on by itself.',
      },
      unwatched: {
        title: 'Not confirmed yet',
        text: 'Your session with Wix has ended, so this page no longer asks about your payment. If you have paid, it is confirmed without this page. Reload the page in your browser to see how it stands.',
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
    } as Record<JobStatus, string>,
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
      sessionPaidText:
        'If you have just paid, your payment is safe: it is confirmed without this page, and your credits will be there.',
      sessionTitle: 'Please reload the page',
      sessionText: 'Your session with Wix has ended. Reload the page in your browser to go on.',
      sessionUnsaved:
        'Your session with Wix has ended: nothing can be saved here any more. Copy what you have not saved, then reload the page in your browser.',
      sessionReload: 'Reload',
      forbiddenTitle: 'No access',
      forbiddenText: 'Only the owner of this site can use this app. Ask the owner to open it.',
      /** Why the server sells nothing, by its codes. */
      refusals: {
        already_on_plan: 'You have this plan already: there is nothing to buy.',
        downgrade_not_sold: 'A lower plan is not sold here while a higher one runs.',
        billing_cycle_not_sold:
          'Your plan is paid for a longer time at once. A shorter one is not sold here until that is over.',
      } as Record<string, string>,
      checkout: 'The checkout could not be opened.',
      ownerOnly: 'Only the owner of this site can do this.',
      rateLimited: 'That was a bit fast. Please wait a moment and try again.',
      unreachable: 'The server could not be reached. Check your connection and try again.',
      missingTitle: 'Open this page from your Wix dashboard',
      missingText:
        'This page works inside Wix: open the dashboard of your site, choose Apps in the side menu, and open the app there. If it is not on your site yet, add it from the Wix App Market first.',
    },
  };
};

export type PackageMessages = ReturnType<typeof en>;
