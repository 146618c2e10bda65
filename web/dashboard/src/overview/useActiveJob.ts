import { isFinal, useJobs } from '@wixapp/react';
import { useEffect, useState } from 'react';

/** The job to show in full: the one started here, else one that was running when the page was opened. */
export function useActiveJob(): [string | null, (jobId: string) => void] {
  const { data } = useJobs();
  const [jobId, setJobId] = useState<string | null>(null);
  const running = data?.jobs.find((job) => !isFinal(job.status))?.jobId;
  useEffect(() => {
    if (running !== undefined) setJobId((shown) => shown ?? running);
  }, [running]);
  return [jobId, setJobId];
}
