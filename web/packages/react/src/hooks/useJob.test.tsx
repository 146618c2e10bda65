import { act, waitFor } from '@testing-library/react';
import { http, type JsonBodyType } from 'msw';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '../api/types';
import { useWixContext } from '../context/WixContext';
import { aJob } from '../testing/fixtures';
import { fakeClock, openPage, renderInWix } from '../testing/render';
import { api, ok, startTestServer } from '../testing/server';
import { useJobPoller, useJobs } from './useJob';

const server = startTestServer();

describe('useJobPoller', () => {
  let job: Job;
  let polls: number;
  beforeEach(() => {
    fakeClock();
    openPage();
    job = aJob();
    polls = 0;
    server.msw.use(
      http.get(api('/jobs/job_1'), () => {
        polls += 1;
        return ok(job as unknown as JsonBodyType);
      }),
      http.get(api('/jobs'), () => ok({ jobs: [aJob()] } as unknown as JsonBodyType)),
    );
  });
  const watch = (jobId: string | null) =>
    renderInWix(() => ({
      wix: useWixContext(),
      job: useJobPoller(jobId, { intervalMs: 1_000 }).data,
      jobs: useJobs().data?.jobs,
    }));
  const advance = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

  it('follows_progress_by_the_live_stream_in_the_job_and_in_the_list', async () => {
    const { result } = watch('job_1');
    await waitFor(() => expect(result.current.jobs).toHaveLength(1));
    await waitFor(() => expect(result.current.wix.live).toBe('open'));
    server.send('job', aJob({ progressPercent: 60, currentStep: 'Uploading' }));
    await waitFor(() => expect(result.current.job?.progressPercent).toBe(60));
    expect(result.current.jobs?.[0]?.currentStep).toBe('Uploading');
    server.send('job', aJob({ jobId: 'job_2' }));
    await waitFor(() =>
      expect(result.current.jobs?.map((j) => j.jobId)).toEqual(['job_2', 'job_1']),
    );
  });

  it('polls_while_the_stream_is_down_and_stops_when_the_job_has_ended', async () => {
    server.streamWorks = false;
    const { result } = watch('job_1');
    await waitFor(() => expect(result.current.job?.progressPercent).toBe(20));
    job = aJob({ status: 'completed', progressPercent: 100 });
    await advance(1_000);
    await waitFor(() => expect(result.current.job?.status).toBe('completed'));
    const done = polls;
    await advance(60_000);
    expect(polls).toBe(done);
  });

  it('asks_for_nothing_without_a_job', async () => {
    const { result } = watch(null);
    await waitFor(() => expect(result.current.wix.live).toBe('open'));
    await advance(60_000);
    expect(polls).toBe(0);
  });
});
