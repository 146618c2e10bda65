// An owner's installation of the app, set up and moved through the platform's and the app's own addresses: for tests
// that are about the app's pages and not about how the owner got there.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** @typedef {import('./product.mjs').Product} Product */

const WAIT_MS = 30_000;
const CARD = { cardNumber: '4242424242424242', expiry: '12/60', cvc: '123', name: 'Maya Torres' };

/**
 * The first site with the app, and with the first plan by the month: bought at the platform, of which the app did not know.
 * @param {Product} product
 */
export async function subscribe(product) {
  const { sites, plans } = await product.read('_emulator/state');
  const [{ siteId }] = sites;
  const { install } = await product.write(`sites/${siteId}/install`);
  const { instanceId } = install;
  const order = { productId: plans[0].productId, billingCycle: 'MONTHLY' };
  const { token } = await product.write(`instances/${instanceId}/checkout`, order);
  await product.write(`checkout/${token}/pay`, CARD);
  return { siteId, instanceId };
}

export class Owner {
  /**
   * @param {Product} product
   * @param {string} siteId
   * @param {URL} frame what Wix opens the app with
   */
  constructor(product, siteId, frame) {
    this.product = product;
    this.siteId = siteId;
    this.frame = frame;
  }

  /**
   * The owner of the first site, who has just installed the app.
   * @param {Product} product
   */
  static async of(product) {
    const { sites } = await product.read('_emulator/state');
    const [{ siteId }] = sites;
    await product.write(`sites/${siteId}/install`);
    const owner = new Owner(product, siteId, new URL('http://127.0.0.1'));
    await owner.reopen();
    return owner;
  }

  /** Wix opens the app anew, with a fresh token. */
  async reopen() {
    const { url } = await this.product.read(`_emulator/sites/${this.siteId}/app-frame`);
    this.frame = new URL(url);
  }

  /** @param {string} path a page of the app, as Wix would open it */
  at(path) {
    const address = new URL(path, this.frame);
    for (const [name, value] of this.frame.searchParams) address.searchParams.set(name, value);
    return address.href;
  }

  /**
   * @param {string} path
   * @param {object} [body]
   */
  async call(path, body) {
    const response = await fetch(new URL(path, this.frame.origin), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `WixInstance ${this.frame.searchParams.get('instance')}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const { success, data, message } = await response.json();
    assert.ok(success, `${path}: ${response.status} ${message}`);
    return data;
  }

  /**
   * Opens a checkout that nobody has paid.
   * @param {string} planId
   * @returns {Promise<{ checkoutId: string, token: string }>}
   */
  async checkout(planId) {
    const order = { planId, billingCycle: 'MONTHLY' };
    const { checkoutId, checkoutUrl } = await this.call('/api/v1/wix/billing/checkout-url', order);
    return { checkoutId, token: new URL(checkoutUrl).pathname.split('/').at(-1) ?? '' };
  }

  /** @param {string} token of a checkout */
  async pay(token) {
    await this.product.write(`checkout/${token}/pay`, CARD);
  }

  /**
   * Waits until so many credits are there.
   * @param {number} wanted
   */
  async hasCredits(wanted) {
    await this.#until(`${wanted} credits`, async () => {
      const { available } = await this.call('/api/v1/wix/credits/balance');
      return available === wanted;
    });
  }

  /** Waits until no job is under way. */
  async isDone() {
    await this.#until('jobs done', async () => {
      const { jobs } = await this.call('/api/v1/wix/jobs?state=running');
      return jobs.length === 0;
    });
  }

  /**
   * @param {string} what
   * @param {() => Promise<boolean>} holds
   */
  async #until(what, holds) {
    const deadline = Date.now() + WAIT_MS;
    while (!(await holds())) {
      assert.ok(Date.now() < deadline, `waited in vain: ${what}`);
      await pause(50);
    }
  }
}
