import { useQuery, useQueryClient } from '@tanstack/react-query';
import { keys } from '../api/keys';
import type { Job, JobList } from '../api/types';
import { useWixContext } from '../context/WixContext';
import { applyJob } from '../live/apply';
import { isFinal, newerJob } from '../live/newer';
import { pollInterval } from '../live/useLiveStream';

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
      const { jobs } = await client.jobs(limit, { signal });
      return { jobs: jobs.map((job) => newerJob(cache.getQueryData(keys.job(job.jobId)), job)) };
    },
    enabled: session === 'ok',
    refetchInterval: pollInterval(live),
  });
}
