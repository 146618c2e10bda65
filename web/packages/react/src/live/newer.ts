import type { Job, JobGroup, JobStatus, UserStatus } from '../api/types.js';

const FINAL: readonly JobStatus[] = ['completed', 'failed', 'cancelled'];

export function isFinal(status: JobStatus): boolean {
  return FINAL.includes(status);
}

/** How the server's list groups a job. */
export function groupOf(status: JobStatus): JobGroup {
  if (!isFinal(status)) return 'running';
  return status === 'completed' ? 'done' : 'failed';
}

/**
 * A poll that was sent before a live event can be answered after it. Of two answers the one with the
 * higher account version wins, so that a balance on the screen never steps back.
 */
export function newerStatus(known: UserStatus | undefined, arrived: UserStatus): UserStatus {
  if (known === undefined || known.instanceId !== arrived.instanceId) return arrived;
  const isOlder =
    arrived.credits.version < known.credits.version ||
    (arrived.credits.version === known.credits.version &&
      Date.parse(arrived.now) < Date.parse(known.now));
  return isOlder ? known : arrived;
}

/** A job that has ended stays ended, and its progress does not run backwards within one attempt. */
export function newerJob(known: Job | undefined, arrived: Job): Job {
  if (known === undefined) return arrived;
  if (isFinal(known.status) || arrived.attempt < known.attempt) return known;
  if (isFinal(arrived.status) || arrived.attempt > known.attempt) return arrived;
  return arrived.progressPercent < known.progressPercent ? known : arrived;
}

/** Puts a job's news into a list that is ordered newest first: ids sort by when jobs were added. */
export function withJob(jobs: readonly Job[], arrived: Job): Job[] {
  if (jobs.some((job) => job.jobId === arrived.jobId)) {
    return jobs.map((job) => (job.jobId === arrived.jobId ? newerJob(job, arrived) : job));
  }
  const place = jobs.findIndex((job) => job.jobId < arrived.jobId);
  return place < 0 ? [...jobs, arrived] : [...jobs.slice(0, place), arrived, ...jobs.slice(place)];
}

export function withoutJob(jobs: readonly Job[], gone: Job): Job[] {
  return jobs.filter((job) => job.jobId !== gone.jobId);
}
