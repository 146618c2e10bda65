import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApiClient } from './client.js';

const A_SILENCE = {
  address: null,
  language: 'en',
  lowCredits: false,
  billingIssue: false,
  planChanged: false,
  creditsGranted: false,
} as const;
const DOCUMENT = 'api/openapi.json';
const read = (path: string) => readFileSync(join(import.meta.dirname, '../../../../..', path));
const sha256 = (path: string) => createHash('sha256').update(read(path)).digest('hex');
const sums = () =>
  read('web/packages/react/src/api/generated/SHA256SUMS')
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split(/ +/) as [sum: string, path: string]);

describe('the generated types', () => {
  it('belong_to_the_api_document_as_it_is_now', () => {
    const [sum] = sums().find(([, path]) => path === DOCUMENT) ?? [];
    expect(sum, 'stale: run `npm run generate` in web/').toBe(sha256(DOCUMENT));
  });

  it('are_as_they_were_generated', () => {
    const made = sums().filter(([, path]) => path !== DOCUMENT);
    expect(made).not.toEqual([]);
    for (const [sum, path] of made) expect([sum, path]).toEqual([sha256(path), path]);
  });
});

describe('the client', () => {
  it('calls_only_what_the_api_document_describes', async () => {
    const calls: string[] = [];
    const client = createApiClient({
      baseUrl: '',
      getToken: () => null,
      fetch: async (address, init) => {
        calls.push(`${init?.method ?? 'GET'} ${String(address).replace(/\?.*/, '')}`);
        return Response.json({ success: true, data: {} });
      },
    });
    await Promise.all([
      client.status(),
      client.plans(),
      client.createCheckout({ planId: 'starter', billingCycle: 'MONTHLY' }),
      client.checkout('{checkoutId}'),
      client.returnFromCheckout('{checkoutId}'),
      client.dismissCheckout('{checkoutId}'),
      client.balance(),
      client.history({}),
      client.historyCsv({}),
      client.explain('{entryId}'),
      client.usage(),
      client.preview('pro'),
      client.redeemPromo('CODE', 'key'),
      client.portalUrl(),
      client.topUps(),
      client.createTopUpCheckout({ topUpId: 'thousand' }),
      client.publicPlans(),
      client.reportEvent({ eventName: 'APP_DASHBOARD_LOADED' }),
      client.deleteData(),
      client.notices(),
      client.saveNotices(A_SILENCE),
      client.spend({ amount: 1, action: 'post' }, 'key'),
      client.reserve({ amount: 1, action: 'post' }, 'key'),
      client.post({ holdId: 'hold_1' }, 'key'),
      client.void({ holdId: 'hold_1' }, 'key'),
      client.jobs(),
      client.job('{jobId}'),
      client.cancelJob('{jobId}'),
    ]);
    const { paths } = JSON.parse(read(DOCUMENT).toString()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described).toEqual(expect.arrayContaining(calls.map(decodeURIComponent)));
    // Every method was called: all but the transport and the door for an app's own routes.
    expect(calls).toHaveLength(Object.keys(client).length - 2);
  });
});
