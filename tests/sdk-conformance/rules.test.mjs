import assert from 'node:assert/strict';
import { call, refuses } from './lib/cases.mjs';
import { collection } from './lib/films.mjs';
import { Platform } from './lib/platform.mjs';

/** @param {string[]} options a client on a platform of its own */
async function on(...options) {
  const platform = await Platform.start(options);
  return { platform, wix: await platform.wix() };
}

call('the rules of Wix Data', {
  'the app lacks a permission, and is told which': async () => {
    const { platform, wix } = await on();
    const notes = await collection(wix);
    const { knownPermissions, ...settings } = await platform.page('app/settings');
    const lacking = knownPermissions.filter(
      (/** @type {any} */ { id }) => id !== 'WRITE-DATA-ITEMS',
    );
    const permissions = lacking.map((/** @type {any} */ { id }) => id);
    await platform.page('app/settings', { ...settings, permissions });
    await refuses(wix.items.insert(notes, { n: 1 }), 'WDE0027', /Write Data Items/);
    assert.equal(await wix.items.query(notes).count(), 0);
  },
  'so many requests a minute': async () => {
    const { platform, wix } = await on('--calls-a-minute', '3');
    const notes = await collection(wix);
    const ask = () => wix.items.query(notes).count();
    assert.deepEqual([await ask(), await ask()], [0, 0]);
    await refuses(ask(), 'WDE0014');
    await platform.page('clock/advance', { duration: '61s' });
    assert.equal(await ask(), 0);
  },
  'reads may be behind, and consistent ones are not': async () => {
    const { platform, wix } = await on('--data-lag', '30', '--calls-a-minute', '0');
    const notes = await collection(wix);
    await platform.page('clock/advance', { duration: '31s' });
    const { instanceId } = await platform.install();
    await wix.items.insert(notes, { _id: 'a' });
    const other = platform.client(instanceId);
    assert.equal(await other.items.get(notes, 'a'), null);
    assert.equal((await other.items.get(notes, 'a', { consistentRead: true }))?._id, 'a');
    assert.equal((await wix.items.get(notes, 'a'))?._id, 'a', 'who wrote reads what it wrote');
    await platform.page('clock/advance', { duration: '31s' });
    assert.equal((await other.items.get(notes, 'a'))?._id, 'a');
  },
  'each site has its own': async () => {
    const { platform, wix } = await on();
    const notes = await collection(wix, [], [{ _id: 'a' }]);
    const second = await platform.install(1);
    await refuses(platform.client(second.instanceId).items.get(notes, 'a'), 'WDE0025');
  },
  'a token of nobody': async () => {
    const { platform } = await on();
    const wix = platform.client('11111111-2222-4333-8444-555555555555');
    await assert.rejects(wix.items.query('Any').find(), /access token/);
  },
  'an app that was removed': async () => {
    const { platform, wix } = await on();
    const notes = await collection(wix);
    const { siteId } = await platform.install();
    await platform.page(`sites/${siteId}/uninstall`, {});
    await refuses(wix.items.query(notes).find(), 'APP_NOT_INSTALLED');
  },
});
