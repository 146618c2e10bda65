import { act, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { aJob } from '../testing/fixtures.js';
import { ok, on } from '../testing/handle.js';
import { fakeClock, openPage, renderInWix } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { useJobCancellation, useJobPages, useJobPoller, useJobs } from './useJob.js';

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
      on(
        'jobsShow',
        () => {
          polls += 1;
          return ok(job);
        },
        { at: { jobId: 'job_1' } },
      ),
      on('jobsList', () => ok({ jobs: [aJob()] })),
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

describe('useJobCancellation', () => {
  it('shows_the_end_of_the_job_everywhere_and_asks_for_the_credits_anew', async () => {
    openPage();
    const cancelled = aJob({ status: 'cancelled' });
    const told: Job[] = [];
    server.msw.use(
      on('jobsShow', () => ok(aJob()), { at: { jobId: 'job_1' } }),
      on('jobsList', () => ok({ jobs: [aJob()] })),
      on('jobsCancel', () => ok(cancelled), { at: { jobId: 'job_1' } }),
    );
    const { result } = renderInWix(() => ({
      job: useJobPoller('job_1').data,
      jobs: useJobs().data?.jobs,
      cancellation: useJobCancellation((job) => told.push(job)),
    }));
    await waitFor(() => expect(result.current.job?.status).toBe('processing'));
    await waitFor(() => expect(result.current.jobs).toHaveLength(1));
    const { polls } = server;
    await act(() => result.current.cancellation.mutateAsync('job_1'));
    expect(told).toEqual([cancelled]);
    await waitFor(() => expect(result.current.job?.status).toBe('cancelled'));
    expect(result.current.jobs?.map(({ status }) => status)).toEqual(['cancelled']);
    await waitFor(() => expect(server.polls).toBeGreaterThan(polls));
  });
});

describe('useJobPages', () => {
  const jobs = [5, 4, 3, 2, 1].map((n) =>
    aJob({ jobId: `job_${n}`, status: n === 4 ? 'processing' : 'completed' }),
  );
  const asked: string[] = [];

  beforeEach(() => {
    fakeClock();
    openPage();
    asked.length = 0;
    server.msw.use(
      on('jobsList', ({ query }) => {
        asked.push(query.toString());
        const state = query.get('state');
        const cursor = query.get('cursor') ?? 'job_~';
        const wanted = jobs.filter(
          ({ jobId, status }) =>
            jobId < cursor &&
            (state === null || (status === 'processing') === (state === 'running')),
        );
        const page = wanted.slice(0, 2);
        const nextCursor = wanted.length > 2 ? (page[1]?.jobId ?? null) : null;
        return ok({ jobs: page, nextCursor });
      }),
    );
  });

  const ids = (data: ReturnType<typeof useJobPages>['data']) =>
    data?.pages.map((page) => page.jobs.map(({ jobId }) => jobId.slice(4)).join(''));

  async function open() {
    const view = renderInWix(() => ({
      wix: useWixContext(),
      all: useJobPages({ pageSize: 2 }),
      running: useJobPages({ pageSize: 2, state: 'running' }),
    }));
    await waitFor(() => expect(ids(view.result.current.running.data)).toEqual(['4']));
    await waitFor(() => expect(ids(view.result.current.all.data)).toEqual(['54']));
    await waitFor(() => expect(view.result.current.wix.live).toBe('open'));
    return view.result;
  }

  it('reads_one_page_after_the_other_to_the_end', async () => {
    const result = await open();
    for (const pages of [
      ['54', '32'],
      ['54', '32', '1'],
    ]) {
      await act(() => result.current.all.fetchNextPage());
      await waitFor(() => expect(ids(result.current.all.data)).toEqual(pages));
    }
    expect(result.current.all.hasNextPage).toBe(false);
    expect(asked).toContain('limit=2&cursor=job_4');
    expect(asked).toContain('limit=2&state=running');
  });

  it('shows_live_what_starts_and_what_ends_where_it_belongs', async () => {
    const result = await open();
    server.send('job', aJob({ jobId: 'job_6' }));
    await waitFor(() => expect(ids(result.current.all.data)).toEqual(['654']));
    expect(ids(result.current.running.data)).toEqual(['64']);
    server.send('job', aJob({ jobId: 'job_4', status: 'failed' }));
    await waitFor(() => expect(ids(result.current.running.data)).toEqual(['6']));
    expect(ids(result.current.all.data)).toEqual(['654']);
    // Older than all that is loaded: it stands on a page that nobody asked for yet.
    server.send('job', aJob({ jobId: 'job_2', currentStep: 'Again' }));
    server.send('job', aJob({ jobId: 'job_7' }));
    await waitFor(() => expect(ids(result.current.all.data)).toEqual(['7654']));
  });
});
