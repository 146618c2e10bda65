import assert from 'node:assert/strict';
import { appInstances } from '@wix/app-management';
import { collections } from '@wix/data';
import { auth } from '@wix/essentials';
import { ApiKeyStrategy, AppStrategy, createClient } from '@wix/sdk';
import { call, refuses } from './lib/cases.mjs';
import { APP_ID, APP_SECRET, Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const { instanceId, siteId } = await platform.install();
const wix = platform.client(instanceId);
const { url: frame } = await platform.page(`sites/${siteId}/app-frame`);
const instanceToken = String(new URL(frame).searchParams.get('instance'));

/** The client of a page in the dashboard, and of its backend. */
const ofPage = () =>
  createClient({
    auth: AppStrategy({ appId: APP_ID, appSecret: APP_SECRET, accessToken: instanceToken }),
    modules: { session: { getTokenInfo: auth.getTokenInfo } },
  });

const { state } = { state: await platform.page('state') };
const productId = String(JSON.stringify(state).match(/"productId":"([^"]+)"/)?.[1] ?? 'starter');

call('POST /oauth2/token by client credentials', {
  'one token serves many calls': async () => {
    const strategy = AppStrategy({ appId: APP_ID, appSecret: APP_SECRET, instanceId });
    const first = await strategy.getAuthHeaders(undefined);
    assert.deepEqual(await strategy.getAuthHeaders(undefined), first);
    assert.ok(first.headers.Authorization);
  },
  'a wrong secret': () => {
    const strategy = AppStrategy({ appId: APP_ID, appSecret: 'x'.repeat(32), instanceId });
    return assert.rejects(
      async () => strategy.getAuthHeaders(undefined),
      /status code from Wix OAuth API: 401/,
    );
  },
  'an instance that is not there': () => {
    const strategy = AppStrategy({ appId: APP_ID, appSecret: APP_SECRET, instanceId: 'none' });
    return assert.rejects(
      async () => strategy.getAuthHeaders(undefined),
      /status code from Wix OAuth API: 404/,
    );
  },
});

call('auth.getTokenInfo', {
  "of the page's token": async () => {
    const info = /** @type {any} */ (await ofPage().session.getTokenInfo());
    assert.deepEqual([info.active, info.subjectType, info.instanceId], [true, 'USER', instanceId]);
    assert.deepEqual([info.clientId, info.siteId], [APP_ID, siteId]);
    assert.ok(Number(info.exp) > Date.now() / 1000);
  },
});

call('AppStrategy.elevated', {
  "from the page's token to the app": async () => {
    const elevated = await /** @type {any} */ (ofPage().auth).elevated();
    const client = createClient({ auth: elevated, modules: { appInstances } });
    const found = /** @type {any} */ (await client.appInstances.getAppInstance());
    assert.equal(found.instance.instanceId, instanceId);
  },
  'not with a token of nobody': () => {
    const strategy = AppStrategy({
      appId: APP_ID,
      appSecret: APP_SECRET,
      accessToken: 'none.none',
    });
    return assert.rejects(/** @type {any} */ (strategy).elevated());
  },
});

const { accessToken: dashboardToken } = await platform.page(`sites/${siteId}/access-token`, {});

call('AppStrategy with a dashboard token', {
  'becomes a token that the server may use': async () => {
    const accessToken = String(dashboardToken);
    const strategy = AppStrategy({ appId: APP_ID, appSecret: APP_SECRET, accessToken });
    const { headers } = await strategy.getAuthHeaders(undefined);
    assert.notEqual(headers.Authorization, accessToken);
    const client = createClient({ auth: strategy, modules: { appInstances } });
    const found = /** @type {any} */ (await client.appInstances.getAppInstance());
    assert.equal(found.instance.instanceId, instanceId);
  },
  'with the secret of another app': () => {
    const accessToken = String(dashboardToken);
    const strategy = AppStrategy({ appId: APP_ID, appSecret: 'x'.repeat(32), accessToken });
    return assert.rejects(async () => strategy.getAuthHeaders(undefined), /Wix OAuth API: 401/);
  },
  'of nobody': () => {
    const strategy = AppStrategy({ appId: APP_ID, appSecret: APP_SECRET, accessToken: 'nobody' });
    return assert.rejects(async () => strategy.getAuthHeaders(undefined), /Wix OAuth API: 401/);
  },
});

/** The client of whoever has an API key. */
const byKey = (
  /** @type {{ siteId?: string, accountId?: string }} */ place,
  apiKey = 'IST.local-platform',
) =>
  createClient({
    auth: ApiKeyStrategy(/** @type {any} */ ({ apiKey, ...place })),
    modules: { collections },
  });

call('ApiKeyStrategy', {
  'for a site': async () => {
    await byKey({ siteId }).collections.createDataCollection({ _id: 'ByKey' });
    assert.equal((await wix.collections.getDataCollection('ByKey'))._id, 'ByKey');
  },
  'for an account, of a call about a site': () =>
    refuses(
      byKey({ accountId: 'an-account' }).collections.getDataCollection('Any'),
      'INVALID_REQUEST',
      /wix-site-id/,
    ),
  'a key that is none': () =>
    refuses(
      byKey({ siteId }, 'IST.none').collections.getDataCollection('Any'),
      'UNAUTHORIZED',
      /access token/,
    ),
});

/** What an owner does who agrees to the installation: the address of the app to which Wix leads back. */
async function consent(state = 'state-1') {
  const { url } = await platform.page(`sites/${siteId}/install-link`, {});
  const token = String(new URL(url).searchParams.get('token'));
  const strategy = AppStrategy({ appId: APP_ID, appSecret: APP_SECRET });
  const redirectUrl = `${platform.inbox.url}/callback`;
  const page = new URL(strategy.getInstallUrl({ redirectUrl, token, state }));
  const body = new URLSearchParams(page.search);
  const request = { method: 'POST', body, redirect: /** @type {const} */ ('manual') };
  const answer = await fetch(`${platform.url}${page.pathname}`, request);
  return String(answer.headers.get('location'));
}

call('AppStrategy.handleOAuthCallback', {
  'from the consent to a call': async () => {
    const strategy = /** @type {any} */ (AppStrategy({ appId: APP_ID, appSecret: APP_SECRET }));
    const found = await strategy.handleOAuthCallback(await consent(), { state: 'state-1' });
    assert.equal(found.instanceId, instanceId);
    const { refreshToken } = found;
    const later = AppStrategy({ appId: APP_ID, appSecret: APP_SECRET, refreshToken });
    const client = createClient({ auth: later, modules: { appInstances } });
    const answer = /** @type {any} */ (await client.appInstances.getAppInstance());
    assert.equal(answer.instance.instanceId, instanceId);
  },
  'another state is refused': async () => {
    const strategy = /** @type {any} */ (AppStrategy({ appId: APP_ID, appSecret: APP_SECRET }));
    const url = await consent();
    await assert.rejects(strategy.handleOAuthCallback(url, { state: 'state-2' }), /Expected state/);
  },
  'a code is good once': async () => {
    const url = await consent();
    const strategy = () =>
      /** @type {any} */ (AppStrategy({ appId: APP_ID, appSecret: APP_SECRET }));
    await strategy().handleOAuthCallback(url);
    await assert.rejects(strategy().handleOAuthCallback(url), /status code from Wix OAuth API/);
  },
});

call('auth.elevate', {
  'a call runs as the app': async () => {
    wix.enableContext('global', { elevated: true });
    try {
      const elevated = auth.elevate(appInstances.getAppInstance);
      assert.equal((await elevated()).instance?.instanceId, instanceId);
    } finally {
      delete (/** @type {any} */ (globalThis).__wix_context__);
    }
  },
});

call('appInstances.getAppInstance', {
  'a free one': async () => {
    const { instance, site } = /** @type {any} */ (await wix.appInstances.getAppInstance());
    assert.deepEqual(
      [instance.instanceId, instance.isFree, instance.billing],
      [instanceId, true, undefined],
    );
    assert.ok(instance.availablePlans.length > 0 && site.siteDisplayName);
    assert.equal(site.siteId, siteId);
  },
  'a paid one': async () => {
    const second = await platform.install(1);
    const client = platform.client(second.instanceId);
    const order = { productId, billingCycle: 'YEARLY' };
    const { token } = /** @type {any} */ (
      await client.billing.getUrl(productId, /** @type {any} */ (order))
    );
    const card = { cardNumber: '4242424242424242', expiry: '12/60', cvc: '123', name: 'Payer' };
    await platform.page(`checkout/${token}/pay`, card);
    const { instance } = /** @type {any} */ (await client.appInstances.getAppInstance());
    assert.equal(instance.isFree, false);
    assert.equal(instance.billing.billingCycle, 'YEARLY');
    assert.ok(new Date(instance.billing.expirationDate) > new Date());
    const { purchases } = /** @type {any} */ (await client.billing.getPurchaseHistory());
    assert.deepEqual([purchases.length, purchases[0].billingCycle], [1, 'YEARLY']);
    assert.ok(purchases[0].dateCreated instanceof Date);
  },
});

call('billing.getUrl', {
  'of a plan': async () => {
    const { checkoutUrl, token } = /** @type {any} */ (await wix.billing.getUrl(productId));
    assert.ok(String(checkoutUrl).startsWith(`${platform.url}/checkout/`) && token);
  },
  'of a plan that is not on sale': () =>
    refuses(wix.billing.getUrl('platinum'), 'INVALID_REQUEST', /productId/),
});

call('billing.getPurchaseHistory', {
  'nothing yet': async () => {
    const { purchases } = /** @type {any} */ (await wix.billing.getPurchaseHistory());
    assert.deepEqual(purchases, []);
  },
});

call('client.fetchWithAuth', {
  'sends the token raw, and it is taken': async () => {
    const response = await wix.fetchWithAuth('https://www.wixapis.com/apps/v1/instance');
    assert.equal(response.status, 200);
    assert.equal((await response.json()).instance.instanceId, instanceId);
  },
});
