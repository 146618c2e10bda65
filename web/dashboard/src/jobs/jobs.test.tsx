import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { aFailedJob, aJob, fail, ok, on, someJobs } from '@wixapp/react/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { address, startAutopost } from '../testing/openAutopost';

const { server, open } = startAutopost();

beforeEach(() => {
  server.msw.use(
    on('jobsList', ({ query }) => {
      const wanted = query.get('state');
      const states = { processing: 'running', completed: 'done', failed: 'failed' };
      const jobs = someJobs().filter(
        ({ status }) => wanted === null || states[status as keyof typeof states] === wanted,
      );
      return ok({ jobs, nextCursor: null });
    }),
    on('jobsShow', () => ok(aFailedJob()), { at: { jobId: 'job_3' } }),
  );
});

describe('jobs', () => {
  const shown = () => screen.queryAllByTestId('job-row').map((row) => row.dataset.status);

  it('are_listed_by_how_they_stand', async () => {
    await open('/jobs');
    await waitFor(() => expect(shown()).toEqual(['processing', 'completed', 'failed']));
    await userEvent.click(screen.getByRole('link', { name: 'Failed' }));
    await waitFor(() => expect(shown()).toEqual(['failed']));
    expect(address()).toBe('/jobs?state=failed');
    await userEvent.click(screen.getByRole('link', { name: 'Running' }));
    await waitFor(() => expect(shown()).toEqual(['processing']));
  });

  it('open_in_full_by_their_title', async () => {
    await open('/jobs?state=failed');
    await userEvent.click(
      await screen.findByRole('button', { name: /^Details of “Publish a post”/ }),
    );
    const dialog = await screen.findByTestId('job-dialog');
    expect(await within(dialog).findByText('The network refused the post.')).toBeTruthy();
    expect(address()).toBe('/jobs?state=failed&job=job_3');
  });

  it.each([
    ['en', 'refused', 'The network refused the post.'],
    ['de', 'refused', 'Das Netzwerk hat den Beitrag abgelehnt.'],
    ['de', 'job_timeout', 'Der Auftrag dauerte zu lange und wurde abgebrochen.'],
    ['he', 'worker_lost', 'העבודה נקטעה יותר מדי פעמים.'],
    ['de', 'of_tomorrow', 'Der Auftrag konnte nicht ausgeführt werden.'],
  ])('say_why_they_failed_in_the_readers_language: %s %s', async (locale, code, said) => {
    const error = { code, message: 'The network refused the post.' };
    const job = aJob({ jobId: 'job_3', status: 'failed', error });
    server.msw.use(on('jobsShow', () => ok(job), { at: { jobId: 'job_3' } }));
    await open(`/jobs?locale=${locale}&job=job_3`);
    const failure = await screen.findByTestId('job-failure');
    expect(failure.firstChild?.textContent).toBe(said);
  });

  it('say_that_none_is_in_a_state', async () => {
    server.msw.use(on('jobsList', () => ok({ jobs: [], nextCursor: null })));
    await open('/jobs?state=done');
    expect((await screen.findByTestId('empty-state')).textContent).toContain('Nothing here');
  });

  it('come_page_by_page', async () => {
    server.msw.use(
      on('jobsList', ({ query }) => {
        const cursor = query.get('cursor');
        return cursor === null
          ? ok({ jobs: [aJob({ jobId: 'job_2' })], nextCursor: 'job_2' })
          : ok({ jobs: [aJob({ jobId: 'job_1', status: 'completed' })], nextCursor: null });
      }),
    );
    await open('/jobs');
    await userEvent.click(await screen.findByTestId('jobs-more'));
    await waitFor(() => expect(shown()).toEqual(['processing', 'completed']));
    expect(screen.queryByTestId('jobs-more')).toBeNull();
    expect(screen.getByText('That is everything.')).toBeTruthy();
  });

  describe('are stopped', () => {
    const asked: unknown[] = [];
    const cancelled = aJob({ status: 'cancelled', finishedAt: '2026-11-21T12:00:05Z' });
    const ask = async () => {
      await userEvent.click(
        await screen.findByRole('button', { name: /^Stop: “Publish a post”, Nov 21/ }),
      );
      await screen.findByRole('dialog', { name: 'Stop “Publish a post”?' });
    };
    beforeEach(() => {
      asked.length = 0;
      server.msw.use(
        on('jobsCancel', ({ params }) => {
          asked.push(params.jobId);
          return ok(cancelled);
        }),
      );
    });

    it('after_a_clear_word_while_they_have_not_ended', async () => {
      await open('/jobs');
      await ask();
      expect(screen.getAllByTestId('job-stop')).toHaveLength(1);
      await userEvent.click(screen.getByRole('button', { name: 'Let it run' }));
      await waitFor(() => expect(screen.queryByTestId('stop-dialog')).toBeNull());
      expect(asked).toEqual([]);
      await ask();
      const polls = server.polls;
      await userEvent.click(screen.getByTestId('stop-now'));
      expect((await screen.findByTestId('toast')).textContent).toBe(
        'Stopped; its credits came back.',
      );
      await waitFor(() => expect(screen.queryByTestId('stop-dialog')).toBeNull());
      expect(asked).toEqual(['job_1']);
      await waitFor(() => expect(shown()).toEqual(['cancelled', 'completed', 'failed']));
      expect(screen.queryByTestId('job-stop')).toBeNull();
      await waitFor(() => expect(server.polls).toBeGreaterThan(polls));
    });

    it('where_they_are_shown_in_full', async () => {
      server.msw.use(on('jobsShow', () => ok(aJob()), { at: { jobId: 'job_1' } }));
      await open('/jobs?job=job_1');
      await userEvent.click(await screen.findByTestId('job-dialog-stop'));
      await userEvent.click(await screen.findByTestId('stop-now'));
      const dialog = within(screen.getByTestId('job-dialog'));
      await dialog.findByText('The credit came back to your balance.');
      expect(dialog.queryByTestId('job-dialog-stop')).toBeNull();
      expect(address()).toBe('/jobs?job=job_1');
    });

    it('not_without_an_answer_and_not_when_they_have_ended_meanwhile', async () => {
      let answer = () => {};
      const answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const message = 'The job has ended: it is completed.';
      server.msw.use(
        on('jobsCancel', async () => {
          await answered;
          return fail('conflict', message);
        }),
      );
      await open('/jobs');
      await ask();
      const button = screen.getByTestId('stop-now');
      await userEvent.click(button);
      await waitFor(() => expect(button.textContent).toBe('Stopping…'));
      expect(['disabled', 'busy'].map((name) => button.getAttribute(`aria-${name}`))).toEqual([
        'true',
        'true',
      ]);
      answer();
      await waitFor(() => expect(screen.getByTestId('stop-problem').textContent).toBe(message));
      expect(screen.queryByTestId('toast')).toBeNull();
    });

    it('of_every_kind_unless_a_post_would_wait_for_them_for_ever', async () => {
      const kinds = ['due_post', 'finish_post', 'sweep_images', 'greet'];
      const jobs = kinds.map((kind, at) =>
        aJob({
          jobId: `job_${9 - at}`,
          kind,
          credits: null,
          status: at < 3 ? 'queued' : 'processing',
        }),
      );
      server.msw.use(on('jobsList', () => ok({ jobs, nextCursor: null })));
      await open('/jobs');
      await waitFor(() => expect(shown()).toHaveLength(4));
      expect(
        screen.getAllByTestId('job-stop').map((button) => button.getAttribute('aria-label')),
      ).toEqual([
        expect.stringMatching(/^Stop: “Clear images that no post has”/),
        expect.stringMatching(/^Stop: “greet”/),
      ]);
      await userEvent.click(screen.getByRole('button', { name: /^Stop: “greet”/ }));
      const question = await screen.findByRole('dialog', { name: 'Stop “greet”?' });
      // Nothing was put aside for it.
      expect(question.textContent).not.toContain('credits');
    });
  });
});
