import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { keys } from '../api/keys.js';
import type { Job, JobGroup, JobList } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { applyJob, jobPagesKey } from '../live/apply.js';
import { isFinal, newerJob } from '../live/newer.js';
import { pollInterval } from '../live/useLiveStream.js';

export interface JobPollerOptions {
  /** Poll rhythm while the live stream is down; 5 s by default. */
  intervalMs?: number;
}

/** One job, live until it ends: pushed by the server, polled behind the stream. */
export function useJobPoller(jobId: string | null, options: JobPollerOptions = {}) {
  const { client, session, live } = useWixContext();
  const cache = useQueryClient();
  return useQuery<Job>({
    queryKey: keys.job(jobId ?? ''),
    queryFn: async ({ signal }) => applyJob(cache, await client.job(jobId ?? '', { signal })),
    enabled: jobId !== null && session === 'ok',
    refetchInterval: (query) => {
      if (query.state.data !== undefined && isFinal(query.state.data.status)) return false;
      return live === 'open' ? pollInterval(live) : (options.intervalMs ?? pollInterval(live));
    },
  });
}

/** The newest jobs of the instance, live; `limit` is 1 to 100. */
export function useJobs(limit = 20) {
  const { client, session, live } = useWixContext();
  const cache = useQueryClient();
  return useQuery<JobList>({
    queryKey: [...keys.jobs, limit],
    queryFn: async ({ signal }) => {
      const { jobs } = await client.jobs({ limit }, { signal });
      return { jobs: jobs.map((job) => newerJob(cache.getQueryData(keys.job(job.jobId)), job)) };
    },
    enabled: session === 'ok',
    refetchInterval: pollInterval(live),
  });
}

export interface JobPagesOptions {
  /** Only jobs that stand like this; all when left out. */
  state?: JobGroup | undefined;
  /** Jobs of one page, 1 to 100; 20 when left out. */
  pageSize?: number;
}

/** All jobs of the instance, newest first, one page at a time; those on the pages are live. */
export function useJobPages({ state, pageSize = 20 }: JobPagesOptions = {}) {
  const { client, session, live } = useWixContext();
  const cache = useQueryClient();
  return useInfiniteQuery({
    queryKey: jobPagesKey(state, pageSize),
    queryFn: async ({ pageParam, signal }): Promise<JobList> => {
      const page = await client.jobs({ limit: pageSize, cursor: pageParam, state }, { signal });
      const newest = (job: Job) => newerJob(cache.getQueryData(keys.job(job.jobId)), job);
      return { ...page, jobs: page.jobs.map(newest) };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    enabled: session === 'ok',
    refetchInterval: pollInterval(live),
  });
}

/** Calls jobs off, for good: their credits come back, and what they have done outside stays done. */
export function useJobCancellation(onCancelled?: (job: Job) => void) {
  const { client, refreshUserData } = useWixContext();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (jobId: string) => client.cancelJob(jobId),
    onSuccess: (job) => {
      applyJob(cache, job);
      void refreshUserData();
      onCancelled?.(job);
    },
  });
}
