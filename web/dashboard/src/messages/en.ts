import type { Format } from '@wixapp/react';

/** English texts of the dashboard's pages. */
export const en = (f: Format) => ({
  app: {
    name: 'Autopost',
    skip: 'Skip to content',
    navigation: 'Pages of the app',
    documentTitle: (page: string) => `${page} · Autopost`,
  },
  nav: {
    overview: 'Overview',
    plans: 'Plans & credits',
    history: 'History',
    usage: 'Usage',
    jobs: 'Jobs',
    settings: 'Settings',
  },
  overview: {
    title: 'Overview',
    subtitle: 'Your plan, your credits and what they are doing.',
    moreCredits: 'Get more credits',
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
    cycle: 'Billing',
    cycles: { MONTHLY: 'Monthly', YEARLY: 'Yearly' } as Record<string, string>,
    otherCycle: 'Other',
    noCycle: 'Free of charge',
    nextCredits: 'Next credits',
    lastCredits: 'Last credits',
    noNext: 'No further credits are planned',
    nextAt: (date: string, days: string) => `${date} (${days})`,
    ends: 'Ends',
    afterwards: 'Afterwards',
    free: 'The free plan',
    freeWith: (count: number) =>
      `The free plan with ${f.number(count)} ${f.plural(count, { one: 'credit', other: 'credits' })}`,
    endsAfterLast: (plan: string, date: string, last: string) =>
      `Auto-renewal is off. You keep ${plan} until ${date}. Credits have a rhythm of their own, so the last ones arrive a little before that, on ${last}.`,
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
    failed: 'The post could not be started. Please try again.',
    tooLong: (limit: number) => `A post can have at most ${f.number(limit)} characters.`,
    left: (count: number) =>
      `${f.number(count)} ${f.plural(count, { one: 'character', other: 'characters' })} left`,
    noCredits: 'You have no credits left for this post.',
    noCreditsAction: 'See plans',
    jobTitle: 'Publishing your post',
  },
  jobs: {
    title: 'Recent jobs',
    all: 'All jobs',
    pageTitle: 'Jobs',
    subtitle: 'What runs in the background for your site, newest first.',
    views: 'Which jobs',
    view: { all: 'All', running: 'Running', done: 'Done', failed: 'Failed' },
    one: 'Job',
    detailsLabel: (title: string, at: string) => `Details of “${title}”, ${at}`,
    progress: (title: string, at: string) => `Progress of “${title}”, ${at}`,
    noneTitle: 'Nothing here',
    noneText: 'None of the newest jobs is in this state.',
    kinds: { publish: 'Publish a post' } as Record<string, string>,
    emptyTitle: 'No jobs yet',
    emptyText: 'Publish a post and watch it here, step by step.',
    open: 'Open',
    openLabel: (title: string, at: string) => `Open: “${title}”, ${at}`,
  },
  plans: {
    title: 'Plans & credits',
    subtitle: 'More credits, every month. Upgrade now, pay on Wix, and use the credits at once.',
    compare: 'Compare all plans',
    note: 'Payments, invoices and cancellations are handled by Wix.',
  },
  history: {
    title: 'Credit history',
    subtitle: 'Every credit that came in or went out, newest first.',
  },
  usage: {
    title: 'Usage',
    subtitle: 'What your credits were used for, day by day.',
    forecast: 'How long your credits last',
    byDay: 'Credits used',
    range: 'Days shown',
    days: (count: number) => `${f.number(count)} days`,
    sum: (count: number, days: number) =>
      `${f.number(count)} ${f.plural(count, { one: 'credit', other: 'credits' })} in ${f.number(days)} days`,
    emptyTitle: 'Nothing used yet',
    emptyText: 'Once you spend credits, each day shows here by what it was spent on.',
    emptyAction: 'Publish a post',
  },
  settings: {
    title: 'Settings',
    subtitle: 'E-mail notices, language and your data.',
    notices: {
      title: 'E-mail notices',
      subtitle: 'We write only about what you choose here.',
      unavailable:
        'This server sends no e-mails at the moment. Your choice is kept for when it does.',
      address: 'E-mail address',
      addressHint: 'Leave it empty to receive nothing.',
      about: 'Write to me when',
      kinds: {
        lowCredits: 'credits are running low',
        billingIssue: 'a payment failed',
        planChanged: 'the plan changed',
        creditsGranted: 'new credits arrived',
      },
      language: 'Language of the e-mails',
      save: 'Save',
      saving: 'Saving…',
      saved: 'Your notices are saved.',
      failed: 'The settings could not be saved. Check the address and try again.',
    },
    language: {
      title: 'Language',
      label: 'Language of these pages',
      automatic: 'As in Wix',
      hint: 'Kept in this browser.',
    },
    data: {
      title: 'Your data',
      exportTitle: 'Take your data with you',
      exportText:
        'One file with your plan, every credit in and out, the newest jobs and these settings; the credits also as a table.',
      export: 'Download everything',
      exporting: 'Collecting…',
      failed: 'The data could not be collected. Please try again.',
      deleteTitle: 'Delete your data',
      deleteText:
        'Remove the app from your site in Wix under Apps → Manage Apps. To have what is stored about your site deleted for good, write to the developer of the app: the address is on the app’s page in the Wix App Market. Name this id:',
      instance: 'Id of your installation',
    },
  },
});

export type AppMessages = ReturnType<typeof en>;
