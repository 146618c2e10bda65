import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { customCharges } from '@wix/app-management/service-plugins';
import { AppStrategy, createClient } from '@wix/sdk';
import { SignJWT } from 'jose';
import { call, refuses } from './lib/cases.mjs';
import { APP_ID, APP_SECRET, Platform } from './lib/platform.mjs';

const platform = await Platform.start((app) => ['--custom-charges-url', `${app}/plugin`]);
const { instanceId } = await platform.install();
const wix = platform.client(instanceId);

/** @type {{ name: string, request: any, metadata: any }[]} */
const asked = [];
let charges = [{ _id: 'c1', description: 'Posts', amount: '4.50' }];

/** The client with which an app answers Wix's questions. */
function provider(publicKey = platform.publicKey, appId = APP_ID) {
  const auth = AppStrategy({ appId, appSecret: APP_SECRET, publicKey });
  const client = createClient({ auth, modules: { customCharges } });
  const note =
    (/** @type {string} */ name, /** @type {any} */ answer) =>
    async (/** @type {any} */ question) => {
      asked.push({ name, ...question });
      return typeof answer === 'function' ? answer() : answer;
    };
  client.customCharges.provideHandlers(
    /** @type {any} */ ({
      getChargeLimit: note('getChargeLimit', { chargeLimit: '50.00' }),
      // The package renames the fields of what it is given.
      listCharges: note('listCharges', () => ({ charges: structuredClone(charges) })),
      listUsages: note('listUsages', { usages: [{ counterId: 'posts', quantity: 3 }] }),
      chargesRejectedEvent: note('chargesRejectedEvent', {}),
      invoiceCreatedEvent: note('invoiceCreatedEvent', {}),
      chargeLimitUpdatedEvent: note('chargeLimitUpdatedEvent', {}),
    }),
  );
  return client;
}

const app = provider();
platform.inbox.provide = (request) => app.servicePlugins.processRequest(request);
const last = (/** @type {string} */ name) => asked.findLast((question) => question.name === name);

const state = await platform.page('state');
const productId = String(JSON.stringify(state).match(/"productId":"([^"]+)"/)?.[1] ?? 'starter');

/**
 * A question as it is signed for the wrong reasons.
 * @param {Record<string, unknown>} change
 * @param {number} [lifetime] for how many seconds it is good; one that was, for fewer than none
 */
async function signed(change, lifetime = 60) {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const metadata = { appExtensionType: 'PREMIUM_CUSTOM_CHARGES', instanceId };
  const claims = { iss: 'wix.com', aud: APP_ID, data: { request: {}, metadata }, ...change };
  const body = await new SignJWT(/** @type {any} */ (claims))
    .setProtectedHeader({ alg: 'RS256' })
    .setExpirationTime(Math.floor(Date.now() / 1000) + lifetime)
    .sign(keys.privateKey);
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { body, publicKey, url: 'http://app.test/plugin/v1/charges' };
}

call('billing.getMeteredBillingCharges', {
  'without a plan': () => refuses(wix.billing.getMeteredBillingCharges(), 'NO_PLAN'),
  'what the app answers, and nothing is invoiced': async () => {
    const { token } = /** @type {any} */ (await wix.billing.getUrl(productId));
    const card = { cardNumber: '4242424242424242', expiry: '12/60', cvc: '123', name: 'Payer' };
    await platform.page(`checkout/${token}/pay`, card);
    const before = await platform.page(`instances/${instanceId}/invoices`);
    const found = await wix.billing.getMeteredBillingCharges();
    assert.deepEqual(found.charges, charges);
    assert.equal(last('listCharges')?.request.intent, 'DISPLAY_ONLY');
    assert.deepEqual(await platform.page(`instances/${instanceId}/invoices`), before);
  },
  'of a stretch of time': async () => {
    const [startDate, endDate] = [
      new Date('2026-01-01T00:00:00Z'),
      new Date('2026-02-01T00:00:00Z'),
    ];
    await wix.billing.getMeteredBillingCharges({ startDate, endDate });
    const { periodStart, periodEnd } = last('listCharges')?.request ?? {};
    assert.deepEqual([periodStart, periodEnd], [startDate, endDate]);
    await refuses(
      wix.billing.getMeteredBillingCharges({ startDate: endDate, endDate: startDate }),
      'INVALID_REQUEST',
      /`endDate` must not lie before/,
    );
  },
  'in another currency': () =>
    refuses(
      wix.billing.getMeteredBillingCharges({ currency: 'XXX' }),
      'INVALID_REQUEST',
      /`currency` must be/,
    ),
});

call('servicePlugins.process (custom charges)', {
  'getChargeLimit after a purchase': async () => {
    const { request, metadata } = last('getChargeLimit') ?? {};
    assert.equal(metadata.instanceId, instanceId);
    assert.deepEqual(request.cycle, {
      cycleType: 'RECURRING',
      cycleDuration: { unit: 'MONTH', count: 1 },
    });
    const { chargeLimit } = await platform.page(`instances/${instanceId}/charges`);
    assert.equal(chargeLimit, '50.00');
  },
  'listCharges, and what became of them': async () => {
    const body = { intent: 'CREATE_INVOICE' };
    const charged = await platform.page(`instances/${instanceId}/charges`, body);
    assert.deepEqual([charged.total, charged.reasons], ['4.50', []]);
    assert.ok(last('listCharges')?.request.periodStart instanceof Date);
    assert.equal(last('invoiceCreatedEvent')?.request.invoiceId, charged.invoiceId);
  },
  'charges beyond the limit are rejected, and the app is told': async () => {
    charges = [{ _id: 'c2', description: 'Too much', amount: '60.00' }];
    const body = { intent: 'CREATE_INVOICE' };
    const charged = await platform.page(`instances/${instanceId}/charges`, body);
    assert.deepEqual(charged.reasons, ['CHARGE_LIMIT_EXCEEDED']);
    assert.deepEqual(last('chargesRejectedEvent')?.request.chargeIds, ['c2']);
  },
  listUsages: async () => {
    const body = { counterIds: ['posts'] };
    const { charges: counted } = await platform.page(`instances/${instanceId}/usages`, body);
    assert.deepEqual([counted[0].chargeId, counted[0].amount], ['posts', '3']);
    assert.deepEqual(last('listUsages')?.request.counterIds, ['posts']);
  },
  'a raised limit is told': async () => {
    const body = { chargeLimit: '90.00' };
    await platform.page(`instances/${instanceId}/charges/raise-limit`, body);
    assert.equal(last('chargeLimitUpdatedEvent')?.request.chargeLimit, '90.00');
  },
  'another key is refused': async () => {
    await assert.rejects(app.servicePlugins.process(await signed({})), /signature/);
  },
  'another app, another sender and an old question are refused': async () => {
    for (const change of [{ aud: 'another' }, { iss: 'wax.com' }]) {
      const { publicKey, ...question } = await signed(change);
      await assert.rejects(
        provider(publicKey).servicePlugins.process(question),
        /"(aud|iss)" claim/,
      );
    }
    const { publicKey: oldKey, ...old } = await signed({}, -3600);
    await assert.rejects(provider(oldKey).servicePlugins.process(old), /"exp" claim/);
    const { publicKey, ...question } = await signed({});
    assert.deepEqual(await provider(publicKey).servicePlugins.process(question), {
      charges: [{ id: 'c2', description: 'Too much', amount: '60.00' }],
    });
  },
});
