import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { appInstances } from '@wix/app-management';
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
    modules: { appInstances, items: dataItems },
  });

/** The bodies that come while something is done. */
async function during(/** @type {() => Promise<unknown>} */ work, /** @type {number} */ count) {
  const before = platform.inbox.bodies.length;
  await work();
  return (await platform.inbox.holds(before + count)).slice(before);
}

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
    assert.rejects(receiver(pem).webhooks.process(platform.inbox.bodies[0])),
  'a changed body is refused': async () => {
    const [head, claims, signature] = platform.inbox.bodies[0].split('.');
    const text = Buffer.from(claims, 'base64url')
      .toString()
      .replace('AppInstalled', 'AppRemoved00');
    const changed = Buffer.from(text).toString('base64url');
    await assert.rejects(receiver().webhooks.process([head, changed, signature].join('.')));
  },
  'no signature is refused': async () => {
    const [, claims] = platform.inbox.bodies[0].split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    await assert.rejects(receiver().webhooks.process(`${none}.${claims}.`));
  },
  'an hour later it is no longer taken': async () => {
    const old = await signed({ data: '{}', exp: Math.floor(Date.now() / 1000) - 3600 });
    await assert.rejects(receiver(pem).webhooks.process(old), /exp/);
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
