import assert from 'node:assert/strict';
import { call, refuses } from './lib/cases.mjs';
import { APP_ID, Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const { instanceId } = await platform.install();
const wix = platform.client(instanceId);
const { externalPricingPage, trialDays, permissions: all } = await platform.page('app/settings');
const settings = { externalPricingPage, trialDays };

/** Does something while the app holds these permissions only. */
async function permitted(
  /** @type {string[]} */ permissions,
  /** @type {() => Promise<unknown>} */ work,
) {
  await platform.page('app/settings', { ...settings, permissions });
  try {
    await work();
  } finally {
    await platform.page('app/settings', { ...settings, permissions: all });
  }
}

let made = 0;
const name = () => {
  made += 1;
  return `key-${made}`;
};

call('secrets.createSecret, getSecretValue, listSecretInfo, updateSecret, deleteSecret', {
  'a secret from its making to its end': async () => {
    const key = name();
    const id = await wix.secrets.createSecret({ name: key, value: 'one', description: 'a key' });
    assert.equal((await wix.secrets.getSecretValue(key)).value, 'one');
    await wix.secrets.updateSecret(String(id), { value: 'two' });
    assert.equal((await wix.secrets.getSecretValue(key)).value, 'two');
    await wix.secrets.deleteSecret(String(id));
    await refuses(wix.secrets.getSecretValue(key), 'NOT_FOUND');
  },
  'the list tells everything but the values': async () => {
    const key = name();
    const id = await wix.secrets.createSecret({ name: key, value: 'hidden-value' });
    const { secrets = [] } = await wix.secrets.listSecretInfo();
    const found = /** @type {any} */ (secrets.find((secret) => secret.name === key));
    assert.deepEqual([found._id, found.value], [id, undefined]);
    assert.ok(found._createdDate && !JSON.stringify(secrets).includes('hidden-value'));
  },
  'two of one name are refused': async () => {
    const key = name();
    await wix.secrets.createSecret({ name: key, value: 'one' });
    await refuses(wix.secrets.createSecret({ name: key, value: 'two' }), 'ALREADY_EXISTS');
    assert.equal((await wix.secrets.getSecretValue(key)).value, 'one');
  },
  'that is not there': async () => {
    await refuses(wix.secrets.getSecretValue('nothing'), 'NOT_FOUND');
    await refuses(wix.secrets.updateSecret('nothing', { value: 'x' }), 'NOT_FOUND');
    await refuses(wix.secrets.deleteSecret('nothing'), 'NOT_FOUND');
  },
  'reading does not allow writing': () =>
    permitted(['READ-SECRETS'], async () => {
      await wix.secrets.listSecretInfo();
      await refuses(
        wix.secrets.createSecret({ name: name(), value: 'x' }),
        'PERMISSION_DENIED',
        /Manage Secrets/,
      );
    }),
});

call('embeddedScripts.embedScript, getEmbeddedScript', {
  'there is none before the first': () =>
    refuses(wix.embeddedScripts.getEmbeddedScript(), 'NOT_FOUND'),
  'with its parameters': async () => {
    const sent = { parameters: { colour: 'red', size: '2' }, disabled: false };
    const answered = /** @type {any} */ (await wix.embeddedScripts.embedScript(sent));
    assert.deepEqual(answered.properties, sent);
    assert.deepEqual(await wix.embeddedScripts.getEmbeddedScript(), sent);
  },
  'the next one takes its place': async () => {
    await wix.embeddedScripts.embedScript({ parameters: { colour: 'red' } });
    await wix.embeddedScripts.embedScript({ parameters: { shape: 'round' }, disabled: true });
    const found = await wix.embeddedScripts.getEmbeddedScript();
    assert.deepEqual(found, { parameters: { shape: 'round' }, disabled: true });
  },
  'each component has its own': async () => {
    const componentId = 'e8c1f1a5-0000-4000-8000-000000000001';
    await wix.embeddedScripts.embedScript({ parameters: { a: '1' } }, { componentId });
    const found = /** @type {any} */ (await wix.embeddedScripts.getEmbeddedScript({ componentId }));
    assert.deepEqual(found.parameters, { a: '1' });
    const main = /** @type {any} */ (await wix.embeddedScripts.getEmbeddedScript());
    assert.deepEqual(main.parameters, { shape: 'round' });
  },
  'without the permission': () =>
    permitted(['MANAGE-YOUR-APP'], () =>
      refuses(
        wix.embeddedScripts.getEmbeddedScript(),
        'PERMISSION_DENIED',
        /Manage Embedded Scripts/,
      ),
    ),
});

call('biEvents.sendBiEvent', {
  'is noted with its data': async () => {
    const event = { eventName: 'PRIMARY_ACTION_PERFORMED', eventData: { posts: '3' } };
    await wix.biEvents.sendBiEvent(/** @type {any} */ (event));
    const { biEvents } = await platform.page('bi-events');
    const noted = biEvents.find((/** @type {any} */ found) => found.eventName === event.eventName);
    assert.deepEqual([noted.eventData, noted.instanceId], [event.eventData, instanceId]);
  },
  'a custom one needs a name': async () => {
    const nameless = wix.biEvents.sendBiEvent({ eventName: 'CUSTOM' });
    await refuses(nameless, 'INVALID_REQUEST', /customEventName/);
    await wix.biEvents.sendBiEvent({ eventName: 'CUSTOM', customEventName: 'opened' });
  },
  'of a kind that is none': () =>
    refuses(
      wix.biEvents.sendBiEvent({ eventName: /** @type {any} */ ('PARTY') }),
      'INVALID_REQUEST',
      /eventName/,
    ),
});

call('appPlans.listAppPlansByAppId', {
  'plans with what they cost a month': async () => {
    const { appPlans = [] } = await wix.appPlans.listAppPlansByAppId([APP_ID]);
    const [{ _id, plans }] = /** @type {any} */ (appPlans);
    assert.equal(_id, APP_ID);
    assert.ok(
      plans.length > 0 && plans.every((/** @type {any} */ plan) => plan.name && plan.vendorId),
    );
    const prices = plans.flatMap((/** @type {any} */ plan) => plan.prices);
    assert.ok(prices.every((/** @type {any} */ price) => Number(price.totalPrice) > 0));
    const units = prices.map((/** @type {any} */ price) => price.billingCycle.cycleDuration.unit);
    assert.deepEqual([...new Set(units)].sort(), ['MONTH', 'YEAR']);
  },
  'of an app that nobody knows': async () => {
    const { appPlans } = await wix.appPlans.listAppPlansByAppId(['none']);
    assert.deepEqual(appPlans, []);
  },
});
