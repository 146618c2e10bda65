import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_BASE, type ApiClient, createApiClient } from './client.js';
import { operations } from './generated/operations.gen.js';

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

describe('the calls that are generated', () => {
  const operation = (tags: string[], responses: object, operationId = 'gift') => ({
    paths: { '/api/v1/wix/gift': { post: { operationId, tags, responses } } },
  });
  const of = (schema: string) => ({
    content: { 'application/json': { schema: { $ref: schema } } },
  });
  const reply = of('#/components/schemas/Reply_Gift');
  const load = async () => {
    const address = join(import.meta.dirname, '../../../../openapi/calls.mjs');
    const { callsOf } = await import(/* @vite-ignore */ address);
    return callsOf as (document: object) => [string, string, string][];
  };

  it('are_those_with_a_reply_but_no_webhooks_and_not_the_live_stream', async () => {
    const callsOf = await load();
    expect(
      callsOf(operation(['user'], { 200: reply, 401: of('#/x'), default: of('#/x') })),
    ).toEqual([['gift', 'post', '/api/v1/wix/gift']]);
    expect(callsOf(operation(['webhook'], { 200: reply }))).toEqual([]);
    expect(callsOf(operation(['live'], { 200: { content: {} } }, 'live'))).toEqual([]);
    expect(Object.keys(operations).filter((name) => name.startsWith('webhook'))).toEqual([]);
  });

  it.each([
    ['another status', { 202: reply }],
    ['a second status', { 200: reply, 202: reply }],
    ['no reply', { 200: of('#/components/schemas/Gift') }],
    ['no content', { 200: { description: 'Done' } }],
  ])('cannot_be_left_out_unseen: %s', async (_, responses) => {
    const callsOf = await load();
    expect(() => callsOf(operation(['user'], responses))).toThrow('gift: post /api/v1/wix/gift');
  });
});

/** Every method of the client but the transport and the door for an app's own routes, and the call that it makes. */
const CALLS: {
  [Name in Exclude<keyof ApiClient, 'transport' | 'call'>]: [
    call: (client: ApiClient) => Promise<unknown>,
    made: string,
  ];
} = {
  status: [(client) => client.status(), 'GET /user/status'],
  plans: [(client) => client.plans(), 'GET /billing/plans'],
  publicPlans: [(client) => client.publicPlans(), 'GET /billing/public-plans'],
  preview: [(client) => client.preview('pro'), 'GET /billing/preview'],
  redeemPromo: [(client) => client.redeemPromo('CODE', 'key'), 'POST /billing/promo'],
  portalUrl: [(client) => client.portalUrl(), 'POST /billing/portal-url'],
  topUps: [(client) => client.topUps(), 'GET /billing/top-ups'],
  createTopUpCheckout: [
    (client) => client.createTopUpCheckout({ topUpId: 'thousand' }),
    'POST /billing/top-ups/checkout-url',
  ],
  createCheckout: [
    (client) => client.createCheckout({ planId: 'starter', billingCycle: 'MONTHLY' }),
    'POST /billing/checkout-url',
  ],
  checkout: [(client) => client.checkout('chk_1'), 'GET /billing/checkout/chk_1'],
  returnFromCheckout: [
    (client) => client.returnFromCheckout('chk_1'),
    'POST /billing/checkout/chk_1/return',
  ],
  dismissCheckout: [
    (client) => client.dismissCheckout('chk_1'),
    'POST /billing/checkout/chk_1/dismiss',
  ],
  balance: [(client) => client.balance(), 'GET /credits/balance'],
  history: [(client) => client.history({}), 'GET /credits/history'],
  historyCsv: [(client) => client.historyCsv({}), 'GET /credits/history'],
  explain: [(client) => client.explain('ent_1'), 'GET /credits/explain/ent_1'],
  usage: [(client) => client.usage(), 'GET /credits/usage'],
  spend: [(client) => client.spend({ amount: 1, action: 'post' }, 'key'), 'POST /credits/spend'],
  reserve: [
    (client) => client.reserve({ amount: 1, action: 'post' }, 'key'),
    'POST /credits/reserve',
  ],
  post: [(client) => client.post({ holdId: 'hold_1' }, 'key'), 'POST /credits/post'],
  void: [(client) => client.void({ holdId: 'hold_1' }, 'key'), 'POST /credits/void'],
  jobs: [(client) => client.jobs(), 'GET /jobs'],
  job: [(client) => client.job('job_1'), 'GET /jobs/job_1'],
  cancelJob: [(client) => client.cancelJob('job_1'), 'POST /jobs/job_1/cancel'],
  notices: [(client) => client.notices(), 'GET /settings/notices'],
  saveNotices: [(client) => client.saveNotices(A_SILENCE), 'PUT /settings/notices'],
  deleteData: [(client) => client.deleteData(), 'DELETE /settings/data'],
  reportEvent: [
    (client) => client.reportEvent({ eventName: 'APP_DASHBOARD_LOADED' }),
    'POST /bi-event',
  ],
};

describe('the client', () => {
  const made: string[] = [];
  const client = createApiClient({
    baseUrl: '',
    getToken: () => null,
    fetch: async (address, init) => {
      const path = String(address).replace(/\?.*/, '').replace(API_BASE, '');
      made.push(`${init?.method ?? 'GET'} ${path}`);
      return Response.json({ success: true, data: {} });
    },
  });

  it.each(Object.entries(CALLS))('%s makes its call', async (_, [call, expected]) => {
    made.length = 0;
    await call(client);
    expect(made).toEqual([expected]);
  });

  it('has_no_other_methods', () => {
    expect(Object.keys(client).sort()).toEqual([...Object.keys(CALLS), 'transport', 'call'].sort());
  });
});
