import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { appInstances, billing } from '@wix/app-management';
import { items as dataItems } from '@wix/data';
import { AppStrategy, createClient } from '@wix/sdk';
import { SignJWT } from 'jose';
import { call } from './lib/cases.mjs';
import { collection } from './lib/films.mjs';
import { APP_ID, APP_SECRET, Platform } from './lib/platform.mjs';

const kinds = ['created', 'updated', 'deleted'].flatMap((kind) => [
  '--subscribe',
  `wix.data.v2.data_item_${kind}`,
]);
const platform = await Platform.start(['--calls-a-minute', '0', ...kinds]);
const { instanceId, siteId } = await platform.install();
const wix = platform.client(instanceId);
await platform.inbox.holds(1);

/** @param {string} [publicKey] the client an app receives webhooks with */
const receiver = (publicKey = platform.publicKey) =>
  createClient({
    auth: AppStrategy({ appId: APP_ID, appSecret: APP_SECRET, publicKey }),
    modules: { appInstances, billing, items: dataItems },
  });

/** The bodies that come while something is done. */
async function during(/** @type {() => Promise<unknown>} */ work, /** @type {number} */ count) {
  const before = platform.inbox.bodies.length;
  await work();
  return (await platform.inbox.holds(before + count)).slice(before);
}

/** Who acts on the pages of the first site. */
const owner = await (async () => {
  const { accessToken: token } = await platform.page(`sites/${siteId}/access-token`, {});
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ token });
  const info = await fetch(`${platform.url}/oauth2/token-info`, { method: 'POST', headers, body });
  const { subjectType, subjectId } = /** @type {any} */ (await info.json());
  assert.deepEqual([subjectType, typeof subjectId], ['USER', 'string']);
  return { identityType: 'WIX_USER', wixUserId: subjectId };
})();
const nobody = { identityType: 'UNKNOWN' };

/** @param {string} body what a webhook is about, unchecked */
const kindOf = (body) => {
  const claims = JSON.parse(Buffer.from(body.split('.')[1], 'base64url').toString());
  return JSON.parse(claims.data).eventType;
};

/**
 * What a handler of the package is given when something of this kind was done, and by whom it was done.
 * @param {string} kind
 * @param {(client: any) => (handler: (event: any) => void) => void} register
 * @param {() => Promise<unknown>} [work] what leads to it; without it the platform finds a way
 */
async function handled(
  kind,
  register,
  work = () => platform.page('trigger', { event: kind, siteId }),
) {
  let count = platform.inbox.bodies.length;
  await work();
  // What has to be done first, such as a purchase, is told before.
  let body = '';
  while (!body || kindOf(body) !== kind) {
    count += 1;
    body = (await platform.inbox.holds(count))[count - 1];
  }
  const client = receiver();
  /** @type {any[]} */
  const seen = [];
  register(client)((event) => void seen.push(event));
  await client.webhooks.process(body);
  assert.equal(seen.length, 1);
  const [{ data, metadata }] = seen;
  assert.equal(metadata.instanceId, instanceId);
  return { data, by: metadata.identity };
}

/** What is left of a date when it was read as one. @param {any} date */
const ms = (date) => {
  assert.ok(date instanceof Date);
  return date.getTime();
};

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** @param {Record<string, unknown>} claims */
const signed = (claims, algorithm = 'RS256') =>
  new SignJWT(claims).setProtectedHeader({ alg: algorithm }).sign(keys.privateKey);

call('webhooks.process', {
  AppInstalled: async () => {
    const [body] = platform.inbox.bodies;
    const event = await receiver().webhooks.process(body);
    assert.deepEqual([event.eventType, event.instanceId], ['AppInstalled', instanceId]);
    assert.equal(/** @type {any} */ (event.payload).appId, APP_ID);
  },
  AppRemoved: async () => {
    const [body] = await during(() => platform.page(`sites/${siteId}/uninstall`, {}), 1);
    const event = await receiver().webhooks.process(body);
    assert.equal(event.eventType, 'AppRemoved');
    assert.deepEqual(event.identity, owner);
    await during(() => platform.page(`sites/${siteId}/install`, {}), 1);
  },
  'a handler gets what it registered for': async () => {
    const client = receiver();
    /** @type {any[]} */
    const seen = [];
    client.appInstances.onAppInstanceInstalled((event) => void seen.push(event));
    await client.webhooks.process(platform.inbox.bodies[0]);
    assert.equal(seen.length, 1);
    assert.equal(seen[0].metadata.instanceId, instanceId);
    assert.equal(seen[0].data.appId, APP_ID);
    assert.deepEqual(seen[0].metadata.identity, owner);
  },
  'an event nobody waits for is refused': async () => {
    const client = receiver();
    client.appInstances.onAppInstanceRemoved(() => {});
    await assert.rejects(
      client.webhooks.process(platform.inbox.bodies[0]),
      /Unexpected event type/,
    );
  },
  processRequest: async () => {
    const request = new Request('http://app.test/hook', {
      method: 'POST',
      body: platform.inbox.bodies[0],
    });
    const event = await receiver().webhooks.processRequest(request);
    assert.equal(event.eventType, 'AppInstalled');
  },
  'another key is refused': () =>
    assert.rejects(receiver(pem).webhooks.process(platform.inbox.bodies[0]), /signature/),
  'a changed body is refused': async () => {
    const [head, claims, signature] = platform.inbox.bodies[0].split('.');
    const text = Buffer.from(claims, 'base64url')
      .toString()
      .replace('AppInstalled', 'AppRemoved00');
    const changed = Buffer.from(text).toString('base64url');
    await assert.rejects(
      receiver().webhooks.process([head, changed, signature].join('.')),
      /signature/,
    );
  },
  'no signature is refused': async () => {
    const [, claims] = platform.inbox.bodies[0].split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    await assert.rejects(receiver().webhooks.process(`${none}.${claims}.`), /alg/i);
  },
  'an hour later it is no longer taken': async () => {
    const old = await signed({ data: '{}', exp: Math.floor(Date.now() / 1000) - 3600 });
    await assert.rejects(receiver(pem).webhooks.process(old), /exp/);
  },
});

call('appInstances.onAppInstancePaidPlanPurchased', {
  'names the plan, its cycle, its end and the invoice': async () => {
    const { data, by } = await handled('PaidPlanPurchased', (client) => {
      return client.appInstances.onAppInstancePaidPlanPurchased;
    });
    assert.deepEqual([data.vendorProductId, data.cycle], ['starter-plan', 'MONTHLY']);
    assert.ok(ms(data.expiresOn) > ms(data.operationTimeStamp));
    assert.ok(data.invoiceId);
    assert.deepEqual(by, owner);
  },
  'names the coupon': async () => {
    const { token } = await platform.page(`instances/${instanceId}/checkout`, {
      productId: 'pro',
      billingCycle: 'YEARLY',
    });
    await platform.page(`checkout/${token}/coupon`, { code: 'WELCOME20' });
    await platform.page(`instances/${instanceId}/end-plan`, { reason: 'USER_CANCEL' });
    const card = { cardNumber: '4242424242424242', expiry: '12/60', cvc: '123', name: 'Payer' };
    const { data } = await handled(
      'PaidPlanPurchased',
      (client) => client.appInstances.onAppInstancePaidPlanPurchased,
      () => platform.page(`checkout/${token}/pay`, card),
    );
    const { vendorProductId, cycle, couponName } = data;
    assert.deepEqual([vendorProductId, cycle, couponName], ['pro', 'YEARLY', 'Welcome 20 %']);
  },
});

call('appInstances.onAppInstancePaidPlanChanged', {
  'names the plan before and the plan after': async () => {
    const { data: before } = await handled('PaidPlanPurchased', (client) => {
      return client.appInstances.onAppInstancePaidPlanPurchased;
    });
    const { data, by } = await handled('PaidPlanChanged', (client) => {
      return client.appInstances.onAppInstancePaidPlanChanged;
    });
    assert.deepEqual(
      [data.previousVendorProductId, data.previousCycle],
      ['starter-plan', 'MONTHLY'],
    );
    assert.deepEqual([data.vendorProductId, data.cycle], ['pro-plan', 'MONTHLY']);
    assert.ok(data.invoiceId && data.invoiceId !== before.invoiceId);
    assert.ok(ms(data.operationTimeStamp) >= ms(before.operationTimeStamp));
    assert.deepEqual(by, owner);
  },
});

call('appInstances.onAppInstancePaidPlanAutoRenewalCancelled', {
  'by the owner, at the end of the period': async () => {
    const { data, by } = await handled('PaidPlanAutoRenewalCancelled', (client) => {
      return client.appInstances.onAppInstancePaidPlanAutoRenewalCancelled;
    });
    const { cancelReason, subscriptionCancellationType: type, cancelledDuringFreeTrial } = data;
    assert.deepEqual([cancelReason, type], ['USER_CANCEL', 'AT_END_OF_PERIOD']);
    assert.equal(cancelledDuringFreeTrial, 'NOT_DURING_FREE_TRIAL');
    assert.ok(data.vendorProductId && data.cycle && ms(data.operationTimeStamp));
    assert.deepEqual(by, owner);
  },
  'at once, for want of money': async () => {
    const { data, by } = await handled(
      'PaidPlanAutoRenewalCancelled',
      (client) => client.appInstances.onAppInstancePaidPlanAutoRenewalCancelled,
      () => platform.page(`instances/${instanceId}/end-plan`, { reason: 'FAILED_PAYMENT' }),
    );
    const { cancelReason, subscriptionCancellationType: type } = data;
    assert.deepEqual([cancelReason, type], ['FAILED_PAYMENT', 'IMMEDIATELY']);
    assert.deepEqual(by, nobody);
  },
});

call('appInstances.onAppInstancePlanConvertedToPaid', {
  'when the trial is over': async () => {
    const { data, by } = await handled('PlanConvertedToPaid', (client) => {
      return client.appInstances.onAppInstancePlanConvertedToPaid;
    });
    assert.deepEqual([data.vendorProductId, data.cycle], ['starter-plan', 'MONTHLY']);
    assert.ok(ms(data.expiresOn) > ms(data.operationTimeStamp));
    assert.deepEqual(by, nobody);
  },
});

call('appInstances.onAppInstancePlanReactivated', {
  'names the end, the invoice and the reason': async () => {
    const { data, by } = await handled('PlanReactivated', (client) => {
      return client.appInstances.onAppInstancePlanReactivated;
    });
    assert.deepEqual([data.vendorProductId, data.cycle], ['starter-plan', 'MONTHLY']);
    assert.ok(ms(data.expiresOn) > ms(data.operationTimeStamp));
    assert.deepEqual([data.reason, Boolean(data.invoiceId)], ['AUTO_RENEW_TURNED_ON', true]);
    assert.deepEqual(by, owner);
  },
});

call('billing.onPurchasedItemInvoiceStatusUpdated', {
  'a refund, and a charge-back': async () => {
    const refunds = [
      ['refund', 'REFUNDED'],
      ['charge-back', 'CHARGEDBACK'],
    ];
    for (const [action, status] of refunds) {
      await handled('PaidPlanPurchased', (client) => {
        return client.appInstances.onAppInstancePaidPlanPurchased;
      });
      const { invoices } = await platform.page(`instances/${instanceId}/invoices`);
      const { invoiceId } = invoices[0];
      const { data, by } = await handled(
        'InvoiceStatusUpdated',
        (client) => client.billing.onPurchasedItemInvoiceStatusUpdated,
        () => platform.page(`invoices/${invoiceId}/${action}`, {}),
      );
      assert.deepEqual(data, { status, invoiceId, instanceId, recurring: false });
      assert.deepEqual(by, nobody);
    }
  },
  'a payment that failed, and was made later': async () => {
    await handled('PaidPlanPurchased', (client) => {
      return client.appInstances.onAppInstancePaidPlanPurchased;
    });
    const { invoices } = await platform.page(`instances/${instanceId}/invoices`);
    const { invoiceId } = invoices[0];
    const after = (/** @type {string} */ action) =>
      handled(
        'InvoiceStatusUpdated',
        (client) => client.billing.onPurchasedItemInvoiceStatusUpdated,
        () => platform.page(`invoices/${invoiceId}/${action}`, {}),
      );
    const failed = await after('fail');
    assert.deepEqual([failed.data.status, failed.data.invoiceId], ['PAYMENT_FAILED', invoiceId]);
    assert.deepEqual(failed.by, nobody);
    const paid = await after('pay');
    assert.deepEqual([paid.data.status, paid.data.invoiceId], ['PAID', invoiceId]);
    assert.deepEqual(paid.by, owner);
  },
});

call('appInstances.onAppInstancePlanTransferred', {
  'with a site that is given away': async () => {
    const { data: before } = await handled('PaidPlanPurchased', (client) => {
      return client.appInstances.onAppInstancePaidPlanPurchased;
    });
    const { data, by } = await handled(
      'PlanTransferred',
      (client) => client.appInstances.onAppInstancePlanTransferred,
      () => platform.page(`sites/${siteId}/transfer`, { name: 'Eve', email: 'eve@site.example' }),
    );
    assert.deepEqual([data.vendorProductId, data.cycle], ['starter-plan', 'MONTHLY']);
    assert.equal(data.invoiceId, before.invoiceId);
    assert.ok(ms(data.operationTimeStamp));
    assert.equal(by.identityType, 'WIX_USER');
    assert.ok(by.wixUserId && by.wixUserId !== owner.wixUserId);
  },
});

call('items.onDataItemCreated', {
  'tells of the new item': async () => {
    const notes = await collection(wix);
    const [body] = await during(() => wix.items.insert(notes, { _id: 'a', text: 'new' }), 1);
    const client = receiver();
    /** @type {any[]} */
    const seen = [];
    client.items.onDataItemCreated((/** @type {any} */ event) => void seen.push(event));
    await client.webhooks.process(body);
    const [{ entity, metadata }] = seen;
    assert.equal(metadata.entityId, 'a');
    assert.deepEqual([metadata.slug, metadata.entityFqdn], ['created', 'wix.data.v2.data_item']);
    assert.ok(entity);
    assert.deepEqual(metadata.identity, { identityType: 'APP', appId: APP_ID });
  },
});

call('items.onDataItemUpdated', {
  'tells of the item as it is now': async () => {
    const notes = await collection(wix);
    await during(() => wix.items.insert(notes, { _id: 'u', text: 'old' }), 1);
    const [body] = await during(() => wix.items.patch(notes, 'u').setField('text', 'new').run(), 1);
    const event = /** @type {any} */ (await receiver().webhooks.process(body));
    assert.equal(event.eventType, 'wix.data.v2.data_item_updated');
    assert.equal(event.payload.updatedEvent.currentEntity.data.text, 'new');
  },
});

call('items.onDataItemDeleted', {
  'tells of each item of a bulk': async () => {
    const notes = await collection(wix);
    await during(() => wix.items.bulkInsert(notes, [{ _id: 'x' }, { _id: 'y' }]), 2);
    const bodies = await during(() => wix.items.bulkRemove(notes, ['x', 'y']), 2);
    const events = await Promise.all(bodies.map((body) => receiver().webhooks.process(body)));
    const ids = events.map((event) => /** @type {any} */ (event.payload).entityId);
    assert.deepEqual(ids.sort(), ['x', 'y']);
  },
});
