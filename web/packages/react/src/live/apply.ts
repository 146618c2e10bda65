import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { keys } from '../api/keys.js';
import type { Checkout, Job, JobGroup, JobList, LiveEventName, UserStatus } from '../api/types.js';
import { groupOf, newerJob, newerStatus, withJob, withoutJob } from './newer.js';
import type { ServerSentEvent } from './sse.js';

/** Writes one live event into the query cache; an event of an unknown kind or shape changes nothing. */
export function applyLiveEvent(cache: QueryClient, event: ServerSentEvent): void {
  const data = parse(event.data);
  if (data === null) return;
  const isNamed = (name: LiveEventName) => event.event === name;
  if (isNamed('status') && 'credits' in data) applyStatus(cache, data as UserStatus);
  else if (isNamed('job') && 'jobId' in data) applyJob(cache, data as Job);
  else if (isNamed('checkout') && 'checkoutId' in data) {
    const checkout = data as Checkout;
    cache.setQueryData<Checkout>(keys.checkout(checkout.checkoutId), checkout);
  }
}

/** Also used for answers of polls, so that both ways obey one order. */
export function applyStatus(cache: QueryClient, arrived: UserStatus): UserStatus {
  const known = cache.getQueryData<UserStatus>(keys.status);
  const newest = newerStatus(known, arrived);
  cache.setQueryData<UserStatus>(keys.status, newest);
  if (known !== undefined && known.credits.version !== newest.credits.version) {
    void cache.invalidateQueries({ queryKey: keys.history });
  }
  if (known !== undefined && known.plan.id !== newest.plan.id) {
    void cache.invalidateQueries({ queryKey: keys.plans });
  }
  return newest;
}

export function applyJob(cache: QueryClient, arrived: Job): Job {
  const newest = newerJob(cache.getQueryData<Job>(keys.job(arrived.jobId)), arrived);
  cache.setQueryData<Job>(keys.job(arrived.jobId), newest);
  cache.setQueriesData<JobList>({ queryKey: keys.jobs }, (list) =>
    list === undefined ? list : { ...list, jobs: withJob(list.jobs, newest) },
  );
  applyToPages(cache, newest);
  return newest;
}

/** The key of the pages of jobs that stand alike; of all jobs without a group. */
export function jobPagesKey(group: JobGroup | undefined, pageSize: number) {
  return [...keys.jobPages, pageSize, group ?? 'all'] as const;
}

/** Where the job is on a page it changes there; it leaves pages that are not of its kind and comes to those that are. */
function applyToPages(cache: QueryClient, job: Job): void {
  for (const [key, data] of cache.getQueriesData<InfiniteData<JobList>>({
    queryKey: keys.jobPages,
  })) {
    if (data === undefined) continue;
    const group = key.at(-1);
    const belongs = group === 'all' || group === groupOf(job.status);
    const isThere = data.pages.some(({ jobs }) => jobs.some(({ jobId }) => jobId === job.jobId));
    const pages = data.pages.map((page, index) => {
      if (!belongs) return { ...page, jobs: withoutJob(page.jobs, job) };
      const isHere = page.jobs.some(({ jobId }) => jobId === job.jobId);
      // What is older than the first page stands on one that may not be loaded yet.
      const oldest = page.jobs.at(-1)?.jobId ?? '';
      const comesHere = !isThere && index === 0 && job.jobId > oldest;
      return isHere || comesHere ? { ...page, jobs: withJob(page.jobs, job) } : page;
    });
    cache.setQueryData<InfiniteData<JobList>>(key, { ...data, pages });
  }
}

function parse(text: string): object | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null ? data : null;
  } catch {
    return null;
  }
}
