import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../api/keys';
import type { Checkout, Job, JobList, LiveEventName, UserStatus } from '../api/types';
import { newerJob, newerStatus, withJob } from './newer';
import type { ServerSentEvent } from './sse';

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
    list === undefined ? list : { jobs: withJob(list.jobs, newest) },
  );
  return newest;
}

function parse(text: string): object | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null ? data : null;
  } catch {
    return null;
  }
}
