/** Query keys of everything the package keeps in the TanStack Query cache. */
export const keys = {
  status: ['wixapp', 'status'] as const,
  plans: ['wixapp', 'plans'] as const,
  publicPlans: ['wixapp', 'public-plans'] as const,
  history: ['wixapp', 'history'] as const,
  usage: ['wixapp', 'usage'] as const,
  preview: ['wixapp', 'preview'] as const,
  topUps: ['wixapp', 'top-ups'] as const,
  notices: ['wixapp', 'notices'] as const,
  explanation: (entryId: string) => ['wixapp', 'explanation', entryId] as const,
  jobs: ['wixapp', 'jobs'] as const,
  jobPages: ['wixapp', 'job-pages'] as const,
  job: (jobId: string) => ['wixapp', 'job', jobId] as const,
  checkout: (checkoutId: string) => ['wixapp', 'checkout', checkoutId] as const,
};
