import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aCheckout, aJob, aPlanList, aStatus } from './fixtures.js';
import { fail, ok, on } from './handle.js';
import { STATUSES } from './refusals.js';
import { startTestServer } from './server.js';

const server = startTestServer();
const ask = async (path: string, init?: RequestInit) => {
  const response = await fetch(`http://app.test/api/v1/wix${path}`, init);
  return { status: response.status, ...(await response.json()) };
};

describe('a typed handler', () => {
  it('is_given_what_the_page_sent_as_its_operation_says', async () => {
    server.msw.use(
      on('billingCheckoutUrl', ({ body, query }) =>
        ok({ checkoutId: `${body.planId}-${query.get('a')}`, checkoutUrl: 'https://pay.test/1' }),
      ),
      on('jobsShow', ({ params }) => ok(aJob({ jobId: params.jobId }))),
    );
    const body = JSON.stringify({ planId: 'starter', billingCycle: 'MONTHLY' });
    const headers = { 'content-type': 'application/json' };
    expect(await ask('/billing/checkout-url?a=b', { method: 'POST', body, headers })).toMatchObject(
      { data: { checkoutId: 'starter-b' } },
    );
    expect(await ask('/jobs/job_5')).toMatchObject({ data: { jobId: 'job_5' } });
  });

  it('answers_only_for_what_it_is_set_at', async () => {
    server.msw.use(
      on('jobsShow', () => ok(aJob()), { at: { jobId: 'job_1' } }),
      on('jobsShow', () => fail('not_found')),
    );
    expect((await ask('/jobs/job_1')).status).toBe(200);
    expect(await ask('/jobs/job_2')).toMatchObject({ status: 404, error: 'not_found' });
  });
});

/** What the compiler has to refuse; never called. */
export function misuses() {
  // @ts-expect-error: no operation has this name
  on('billingPlan', () => ok(aPlanList()));
  // @ts-expect-error: this is the answer of another operation
  on('billingPlans', () => ok(aStatus()));
  // @ts-expect-error: a field is missing
  on('creditsHistory', () => ok({ nextCursor: null }));
  // @ts-expect-error: a field is of another type
  on('billingTopUps', () => ok({ currency: 1, topUps: [] }));
  // @ts-expect-error: a field has no such value
  on('billingPlans', async () => ok({ ...aPlanList(), billingSource: 'paper' }));
  // @ts-expect-error: a field is misspelled
  on('jobsList', () => ok({ jobs: [], nextCursr: null }));
  // @ts-expect-error: an unchecked answer
  on('jobsList', () => Response.json({ success: true, data: {} }));
  // @ts-expect-error: no server gives this code
  on('jobsList', () => fail('broken'));
  // @ts-expect-error: the path has no such part
  on('jobsShow', () => ok(aJob()), { at: { id: 'job_1' } });
  // @ts-expect-error: the body has no such field
  on('billingPromo', ({ body }) => fail(body.text === '' ? 'not_found' : 'conflict'));
  // @ts-expect-error: nothing is sent with this call
  on('billingCheckoutDismiss', ({ body }) => ok(aCheckout({ planId: body.planId })));
}

describe('the refusals', () => {
  interface Operation {
    responses: Record<string, { description: string }>;
  }
  const file = join(import.meta.dirname, '../../../../../api/openapi.json');
  const { paths }: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const documented = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ responses }) => Object.entries(responses))
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([status, { description }]) =>
      [...(description.split(':')[0] ?? '').matchAll(/`([a-z_]+)`/g)].map(
        ([, code]) => [code, Number(status)] as const,
      ),
    );

  it('are_those_of_the_API_document_under_the_same_statuses', () => {
    // The document names no code for what broke on the server's side.
    const { internal: _, ...known } = STATUSES;
    expect(Object.fromEntries(documented)).toEqual(known);
    expect(new Set(documented.map(String)).size).toBe(Object.keys(known).length);
  });
});
