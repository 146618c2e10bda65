// What no package calls: addresses of Wix Data that are documented alone, asked through `client.fetchWithAuth`, and those
// at which browsers arrive.
import assert from 'node:assert/strict';
import { auth } from '@wix/essentials';
import { AppStrategy, createClient } from '@wix/sdk';
import { call } from './lib/cases.mjs';
import { collection } from './lib/films.mjs';
import { APP_ID, APP_SECRET, Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const { instanceId, siteId } = await platform.install();
const wix = platform.client(instanceId);
const { items } = wix;

const parts = { multiReference: { referencedCollectionId: 'Parts' } };
await wix.collections.createDataCollection({ _id: 'Parts', fields: [] });
await items.bulkInsert('Parts', [{ _id: 'lid' }, { _id: 'spout' }]);
const goods = await collection(wix, [
  { key: 'name', type: 'TEXT' },
  { key: 'price', type: 'NUMBER' },
  { key: 'parts', type: 'MULTI_REFERENCE', typeMetadata: parts },
]);
let made = 0;

/** A new item named after its id. */
async function good(price = 3, _id = `good-${made}`) {
  made += 1;
  await items.insert(goods, { _id, name: _id, price });
  return _id;
}

/** @param {string} id */
async function stored(id) {
  const { name, price } = /** @type {any} */ ((await items.get(goods, id)) ?? {});
  return { name, price };
}

/**
 * What Wix Data answers by HTTP: the status, the item, and of a refusal the code or the field.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body] what is sent as JSON, or a text as it is
 * @returns {Promise<any>}
 */
async function ask(method, path, body) {
  const headers = { 'content-type': 'application/json' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const init = body === undefined ? { method } : { method, headers, body: text };
  const response = await wix.fetchWithAuth(`https://www.wixapis.com/wix-data/v2${path}`, init);
  const { details = {}, ...answer } = await response.json();
  const field = details.validationError?.fieldViolations[0].field;
  return { status: response.status, code: details.applicationError?.code, field, ...answer };
}

/**
 * @param {any} answer
 * @param {number} status
 * @param {{ code?: string, field?: string }} why
 */
function refused(answer, status, { code, field }) {
  assert.deepEqual([answer.status, answer.code, answer.field], [status, code, field]);
  assert.ok(answer.message.length > 10);
}

/** @param {string} id */
const at = (id) => `/items/${encodeURIComponent(id)}`;

/**
 * @param {unknown} data
 * @param {string} [id]
 */
const whole = (data, id) => ({ dataCollectionId: goods, dataItem: { id, data } });

call('Update Data Item', {
  'replaces the whole item': async () => {
    const id = await good();
    const answer = await ask('PUT', at(id), whole({ name: 'new' }, id));
    assert.deepEqual([answer.status, answer.dataItem.id], [200, id]);
    assert.equal(answer.dataItem.dataCollectionId, goods);
    assert.deepEqual(await stored(id), { name: 'new', price: undefined });
  },
  'the id of the address is enough': async () => {
    const id = await good();
    assert.equal((await ask('PUT', at(id), whole({ price: 7 }))).dataItem.id, id);
    assert.equal((await stored(id)).price, 7);
  },
  'an address and a body that name two items change neither': async () => {
    const [one, other] = [await good(1), await good(2)];
    const two = await ask('PUT', at(one), whole({ price: 9 }, other));
    refused(two, 400, { field: 'dataItem.id' });
    const within = await ask('PUT', at(one), whole({ _id: other, price: 9 }));
    refused(within, 400, { code: 'WDE0079' });
    assert.deepEqual([(await stored(one)).price, (await stored(other)).price], [1, 2]);
  },
  'an item that is not there': async () =>
    refused(await ask('PUT', at('none'), whole({})), 404, { code: 'WDE0073' }),
  'of a collection that is not there': async () => {
    const sent = { ...whole({}), dataCollectionId: 'Nowhere' };
    refused(await ask('PUT', at('any'), sent), 404, { code: 'WDE0025' });
  },
  'without a collection, without an item': async () => {
    const { dataItem, dataCollectionId } = whole({});
    refused(await ask('PUT', at('any'), { dataItem }), 400, { field: 'dataCollectionId' });
    refused(await ask('PUT', at('any'), { dataCollectionId }), 400, { field: 'dataItem' });
  },
});

/**
 * @param {unknown[]} fieldModifications
 * @param {string} [dataItemId]
 */
const change = (fieldModifications, dataItemId) => ({
  dataCollectionId: goods,
  patch: { dataItemId, fieldModifications },
});
const setPrice = {
  fieldPath: 'price',
  action: 'SET_FIELD',
  setFieldOptions: { value: 30 },
};

call('Patch Data Item', {
  'sets a field and leaves the others': async () => {
    const id = await good();
    const answer = await ask('PATCH', at(id), change([setPrice], id));
    assert.deepEqual([answer.status, answer.dataItem.data.price], [200, 30]);
    assert.deepEqual(await stored(id), { name: id, price: 30 });
  },
  'the id of the address is enough': async () => {
    const id = await good();
    const more = { fieldPath: 'price', action: 'INCREMENT_FIELD' };
    const modification = { ...more, incrementFieldOptions: { value: 4 } };
    assert.equal((await ask('PATCH', at(id), change([modification]))).dataItem.data.price, 7);
  },
  'an address and a body that name two items change neither': async () => {
    const [one, other] = [await good(1), await good(2)];
    const answer = await ask('PATCH', at(one), change([setPrice], other));
    refused(answer, 400, { field: 'patch.dataItemId' });
    assert.deepEqual([(await stored(one)).price, (await stored(other)).price], [1, 2]);
  },
  'a field that cannot be incremented: nothing of it happens': async () => {
    const id = await good();
    const more = { fieldPath: 'name', action: 'INCREMENT_FIELD' };
    const modification = { ...more, incrementFieldOptions: { value: 4 } };
    const answer = await ask('PATCH', at(id), change([setPrice, modification]));
    refused(answer, 400, { code: 'WDE0075' });
    assert.deepEqual(await stored(id), { name: id, price: 3 });
  },
  'an item that is not there': async () =>
    refused(await ask('PATCH', at('none'), change([setPrice])), 404, { code: 'WDE0073' }),
  'without a patch': async () =>
    refused(await ask('PATCH', at('any'), { dataCollectionId: goods }), 400, { field: 'patch' }),
});

const of = `?dataCollectionId=${goods}`;

call('Remove Data Item', {
  'gives back what was removed': async () => {
    const id = await good();
    const answer = await ask('DELETE', `${at(id)}${of}`);
    assert.deepEqual([answer.status, answer.dataItem.data.name], [200, id]);
    assert.equal(await items.get(goods, id), null);
  },
  'a second time it is not there': async () => {
    const id = await good();
    await ask('DELETE', `${at(id)}${of}`);
    refused(await ask('DELETE', `${at(id)}${of}`), 404, { code: 'WDE0073' });
  },
  'an id with spaces, signs and letters of other languages': async () => {
    const id = await good(3, 'a b+c:d,e;f@g=h&ü 世界/?#%');
    assert.equal((await ask('DELETE', `${at(id)}${of}`)).dataItem.id, id);
  },
  'of a collection that is not there': async () =>
    refused(await ask('DELETE', `${at('any')}?dataCollectionId=Nowhere`), 404, { code: 'WDE0025' }),
  'without a collection': async () => {
    const id = await good();
    refused(await ask('DELETE', at(id)), 400, { field: 'dataCollectionId' });
    assert.equal((await stored(id)).name, id);
  },
});

/** @param {string} dataItemId */
const named = (dataItemId) => ({ dataCollectionId: goods, dataItemId });

call('Get and Insert Data Item by other addresses', {
  'inserts, and gets what was inserted': async () => {
    const inserted = await ask('POST', '/items/insert', whole({ name: 'Pot' }, 'pot'));
    assert.deepEqual([inserted.status, inserted.dataItem.id], [200, 'pot']);
    const found = await ask('POST', '/items/get', named('pot'));
    assert.deepEqual([found.status, found.dataItem], [200, inserted.dataItem]);
  },
  'does not overwrite': async () => {
    const id = await good();
    const again = await ask('POST', '/items/insert', whole({ name: 'again' }, id));
    refused(again, 409, { code: 'WDE0074' });
    assert.equal((await stored(id)).name, id);
  },
  'an item that is not there': async () =>
    refused(await ask('POST', '/items/get', named('none')), 404, { code: 'WDE0073' }),
  'without an item': async () => {
    const sent = { dataCollectionId: goods };
    refused(await ask('POST', '/items/get', sent), 400, { field: 'dataItemId' });
    refused(await ask('POST', '/items/insert', sent), 400, { field: 'dataItem' });
  },
  'a body that is no JSON': async () => {
    for (const path of ['/items/get', '/items/insert']) {
      const { status, message } = await ask('POST', path, '{"dataCollectionId":');
      assert.deepEqual([status, message.length > 10], [400, true]);
    }
  },
});

/**
 * @param {string} referringItemId
 * @param {string} referencedItemId
 * @param {string} [referringItemFieldName]
 */
const link = (referringItemId, referencedItemId, referringItemFieldName = 'parts') => ({
  dataCollectionId: goods,
  dataItemReference: { referringItemFieldName, referringItemId, referencedItemId },
});

/** @param {string} id */
const has = (id) => items.isReferenced(goods, 'parts', id, 'lid');

call('Insert and Remove Data Item Reference', {
  'adds one, and takes it away again': async () => {
    const id = await good();
    const sent = link(id, 'lid');
    const added = await ask('POST', '/items/insert-reference', sent);
    assert.deepEqual([added.status, added.dataItemReference], [200, sent.dataItemReference]);
    assert.equal(await has(id), true);
    const removed = await ask('POST', '/items/remove-reference', sent);
    assert.deepEqual([removed.status, removed.dataItemReference], [200, sent.dataItemReference]);
    assert.equal(await has(id), false);
  },
  'removing what is not there is no error': async () => {
    const sent = link(await good(), 'spout');
    assert.equal((await ask('POST', '/items/remove-reference', sent)).status, 200);
  },
  'on a field that has none': async () => {
    const sent = link(await good(), 'lid', 'name');
    for (const action of ['insert', 'remove']) {
      refused(await ask('POST', `/items/${action}-reference`, sent), 400, { code: 'WDE0020' });
    }
  },
  'from or to an item that is not there': async () => {
    for (const sent of [link('none', 'lid'), link(await good(), 'none')]) {
      refused(await ask('POST', '/items/insert-reference', sent), 404, { code: 'WDE0073' });
    }
  },
  'without a reference': async () => {
    for (const action of ['insert', 'remove']) {
      const answer = await ask('POST', `/items/${action}-reference`, { dataCollectionId: goods });
      refused(answer, 400, { field: 'dataItemReference' });
    }
  },
});

/**
 * What a browser gets: the status, the page, and where it is led.
 * @param {string} path
 * @param {RequestInit} [init]
 */
async function browse(path, init) {
  const answer = await fetch(`${platform.url}${path}`, { ...init, redirect: 'manual' });
  const location = answer.headers.get('location');
  return {
    status: answer.status,
    page: await answer.text(),
    target: location === null ? null : new URL(location),
  };
}

/** What an app with custom authentication asks the owner, with changes. */
async function question(changes = {}) {
  const { url } = await platform.page(`sites/${siteId}/install-link`, {});
  const token = String(new URL(url).searchParams.get('token'));
  const redirectUrl = `${platform.inbox.url}/callback`;
  const fields = { redirectUrl, appId: APP_ID, state: 's&t=<1>', token, ...changes };
  return new URLSearchParams(fields);
}

/** @param {URLSearchParams} form */
const agree = (form) => browse('/installer/install', { method: 'POST', body: form });

call('the consent of an owner (custom authentication)', {
  'asks for what the app may do': async () => {
    const { status, page } = await browse(`/installer/install?${await question()}`);
    assert.equal(status, 200);
    for (const text of ['Conformance', 'Read Data Items', 's&amp;t=&lt;1&gt;', '<form']) {
      assert.ok(page.includes(text), text);
    }
  },
  'leads back with a code, the instance and the state': async () => {
    const { status, target } = await agree(await question());
    assert.deepEqual([status, target?.pathname], [303, '/callback']);
    const { code, ...back } = Object.fromEntries(target?.searchParams ?? []);
    assert.deepEqual(back, { instanceId, state: 's&t=<1>' });
    assert.ok(code);
  },
  'without a token the owner chooses a site': async () => {
    const asked = await question();
    asked.delete('token');
    const { status, page } = await browse(`/installer/install?${asked}`);
    const { sites } = await platform.page('state');
    assert.deepEqual([status, page.match(/<li><a href=/g)?.length], [200, sites.length]);
    assert.equal((await agree(asked)).status, 400);
  },
  'nowhere but to the app': async () => {
    for (const redirectUrl of ['https://evil.example/', `${platform.inbox.url}@evil.example/`]) {
      const asked = await question({ redirectUrl });
      assert.equal((await browse(`/installer/install?${asked}`)).status, 400, redirectUrl);
      const { status, target } = await agree(asked);
      assert.deepEqual([status, target], [400, null], redirectUrl);
    }
  },
  'for another app, with a token of nobody': async () => {
    for (const [changes, expected] of /** @type {const} */ ([
      [{ appId: 'another' }, 400],
      [{ token: 'nobody' }, 401],
    ])) {
      const asked = await question(changes);
      assert.equal((await browse(`/installer/install?${asked}`)).status, expected);
      const { status, target } = await agree(asked);
      assert.deepEqual([status, target], [expected, null]);
    }
  },
});

call('the end of the installer (custom authentication)', {
  'leads to the app in the dashboard': async () => {
    const strategy = AppStrategy({ appId: APP_ID, appSecret: APP_SECRET, instanceId });
    const { headers } = await strategy.getAuthHeaders(undefined);
    const token = encodeURIComponent(String(headers.Authorization));
    const { status, page } = await browse(`/installer/close-window?access_token=${token}`);
    assert.deepEqual([status, page.includes(`/dashboard/${siteId}/app/${APP_ID}`)], [200, true]);
  },
  'with a token of nobody': async () =>
    assert.equal((await browse('/installer/close-window?access_token=nobody')).status, 401),
  'without a token': async () =>
    assert.equal((await browse('/installer/close-window')).status, 400),
});

/**
 * @param {string} id
 * @param {string} [app]
 */
const upgrade = (id, app = APP_ID) => browse(`/apps/upgrade/${app}?appInstanceId=${id}`);

/** @param {URL | null} target */
const place = (target) => `${target?.origin}${target?.pathname}`;

call('the upgrade link of an owner', {
  'leads to the pricing page, signed for the owner': async () => {
    const { status, target } = await upgrade(instanceId);
    assert.deepEqual([status, place(target)], [303, `${platform.inbox.url}/plans`]);
    const accessToken = String(target?.searchParams.get('instance'));
    const strategy = AppStrategy({ appId: APP_ID, appSecret: APP_SECRET, accessToken });
    const modules = { session: { getTokenInfo: auth.getTokenInfo } };
    const info = /** @type {any} */ (
      await createClient({ auth: strategy, modules }).session.getTokenInfo()
    );
    assert.deepEqual([info.active, info.subjectType, info.instanceId], [true, 'USER', instanceId]);
  },
  'without an instance to the pricing page for nobody': async () => {
    const { status, target } = await browse(`/apps/upgrade/${APP_ID}`);
    assert.deepEqual([status, String(target)], [303, `${platform.inbox.url}/plans`]);
  },
  'of an app, of an instance that is not there': async () => {
    for (const answer of [await upgrade(instanceId, 'another'), await upgrade('none')]) {
      assert.deepEqual([answer.status, answer.target], [404, null]);
    }
  },
  'of an app that was removed': async () => {
    const second = await platform.install(1);
    await platform.page(`sites/${second.siteId}/uninstall`, {});
    const { status, target } = await upgrade(second.instanceId);
    assert.deepEqual([status, target], [409, null]);
  },
  'of an app without a pricing page': async () => {
    const { knownPermissions, ...settings } = await platform.page('app/settings');
    await platform.page('app/settings', { ...settings, externalPricingPage: false });
    try {
      const { status, target } = await upgrade(instanceId);
      const manage = `${platform.url}/dashboard/${siteId}/manage-apps`;
      assert.deepEqual([status, String(target)], [303, manage]);
    } finally {
      await platform.page('app/settings', settings);
    }
  },
});
