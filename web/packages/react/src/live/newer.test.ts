import { describe, expect, it } from 'vitest';
import { aJob, aStatus, credits } from '../testing/fixtures.js';
import { groupOf, newerJob, newerStatus, withJob, withoutJob } from './newer.js';

describe('newerStatus', () => {
  it('keeps_the_known_status_when_a_late_poll_has_an_older_version', () => {
    const known = aStatus({ credits: credits(1200, 2) });
    expect(newerStatus(known, aStatus({ credits: credits(200, 1) }))).toBe(known);
  });

  it('takes_a_later_status_of_the_same_version', () => {
    const known = aStatus({ now: '2026-11-21T12:00:00Z' });
    const later = aStatus({ now: '2026-11-21T12:00:00.250Z' });
    expect(newerStatus(known, later)).toBe(later);
    expect(newerStatus(later, known)).toBe(later);
  });

  it('takes_the_status_of_another_instance_whatever_its_version', () => {
    const other = aStatus({ instanceId: 'inst_2', credits: credits(3, 1) });
    expect(newerStatus(aStatus({ credits: credits(9, 9) }), other)).toBe(other);
  });
});

describe('newerJob', () => {
  it('keeps_an_ended_job_ended', () => {
    const done = aJob({ status: 'completed', progressPercent: 100 });
    expect(newerJob(done, aJob({ status: 'publishing', progressPercent: 90 }))).toBe(done);
  });

  it('does_not_run_backwards_within_one_attempt', () => {
    const known = aJob({ progressPercent: 60 });
    expect(newerJob(known, aJob({ progressPercent: 40 }))).toBe(known);
  });

  it('starts_over_with_a_new_attempt', () => {
    const retried = aJob({ attempt: 2, progressPercent: 0 });
    expect(newerJob(aJob({ progressPercent: 60 }), retried)).toBe(retried);
    expect(newerJob(retried, aJob({ progressPercent: 80 }))).toBe(retried);
  });

  it('takes_a_failure_whatever_its_percent', () => {
    const failed = aJob({ status: 'failed', progressPercent: 0 });
    expect(newerJob(aJob({ progressPercent: 60 }), failed)).toBe(failed);
  });
});

describe('withJob', () => {
  it('puts_a_new_job_first_and_replaces_a_known_one_in_place', () => {
    const first = aJob();
    const second = aJob({ jobId: 'job_2' });
    expect(withJob([first], second)).toEqual([second, first]);
    const moved = aJob({ progressPercent: 80 });
    expect(withJob([second, first], moved)).toEqual([second, moved]);
  });

  it('puts_an_older_job_where_it_belongs', () => {
    const [one, two, three] = ['job_1', 'job_2', 'job_3'].map((jobId) => aJob({ jobId }));
    if (!one || !two || !three) throw new Error('three jobs');
    expect(withJob([three, one], two)).toEqual([three, two, one]);
    expect(withJob([three, two], one)).toEqual([three, two, one]);
    expect(withoutJob([three, two], three)).toEqual([two]);
  });
});

it('groups_jobs_as_the_server_lists_them', () => {
  const groups = (['queued', 'publishing', 'completed', 'failed', 'cancelled'] as const).map(
    groupOf,
  );
  expect(groups).toEqual(['running', 'running', 'done', 'failed', 'failed']);
});
