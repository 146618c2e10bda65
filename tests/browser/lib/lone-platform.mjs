// The local platform alone, beside an app that is not built with wixapp: a small server of the test's own.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePortPair, Product } from './product.mjs';

export const APP_ID = 'visit-counter';
const SECRET = 'a-secret-of-the-test-alone';

/** An element that tells the app's server who is there, and shows what it answers. */
const WIDGET = `customElements.define('visit-counter', class extends HTMLElement {
  async connectedCallback() {
    const authorization = window.wixEmbedsAPI.getAppToken(${JSON.stringify(APP_ID)});
    const address = new URL('/visits', import.meta.url);
    const response = await fetch(address, { method: 'POST', headers: { authorization } });
    const { visits } = await response.json();
    this.textContent = 'You were here ' + visits + ' time' + (visits === 1 ? '' : 's') + '.';
  }
});`;

/** What the app puts on sites that ask for it. */
const SCRIPT = '<p data-testid="banner">{{text}}</p>';

/** The app: its page, its widget, and who visited. */
export class VisitCounter {
  /** What each visit's token said. @type {any[]} */
  tokens = [];
  #server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const cors = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*, authorization',
    };
    /**
     * @param {number} status
     * @param {string} type
     * @param {string} body
     */
    const answer = (status, type, body) => {
      response.writeHead(status, { ...cors, 'content-type': type });
      response.end(body);
    };
    request.resume();
    if (request.method === 'OPTIONS') return answer(204, 'text/plain', '');
    if (pathname === '/widget.js') return answer(200, 'text/javascript', WIDGET);
    if (pathname === '/visits') {
      const claims = claimsOf(request.headers.authorization ?? '');
      if (claims === null) return answer(401, 'application/json', '{}');
      this.tokens.push(claims);
      const visits = this.tokens.filter(({ aid }) => aid === claims.aid).length;
      return answer(200, 'application/json', JSON.stringify({ visits }));
    }
    return answer(200, 'text/html', '<!doctype html><title>Visit counter</title>');
  });

  /** @param {number} port */
  async listen(port) {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/**
 * What an instance token says; null when another secret signed it.
 * @param {string} token
 */
function claimsOf(token) {
  const [signature = '', payload = ''] = token.split('.');
  const own = createHmac('sha256', SECRET).update(payload).digest();
  const theirs = Buffer.from(signature, 'base64url');
  if (own.length !== theirs.length || !timingSafeEqual(own, theirs)) return null;
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

export class LonePlatform extends Product {
  /** The app beside it, on the port after the platform's. */
  counter = new VisitCounter();

  /** A platform and its app, running. @override */
  static async start() {
    const dataDir = await mkdtemp(join(tmpdir(), 'wixapp-browser-'));
    const platform = new LonePlatform(await freePortPair(), dataDir);
    await writeFile(platform.#script, SCRIPT);
    await platform.counter.listen(platform.port + 1);
    await platform.run();
    return platform;
  }

  get #script() {
    return join(this.dataDir, 'script.html');
  }

  /** @override */
  options() {
    const options = ['emulator', '--port', String(this.port), '--app-url', this.app];
    options.push('--app-id', APP_ID, '--app-secret', SECRET, '--app-name', 'Visit counter');
    options.push('--widget', `visit-counter=${this.app}/widget.js`);
    return [...options, '--embedded-script', this.#script];
  }

  /** @override */
  addresses() {
    return [`${this.platform}/_emulator/state`, this.app];
  }

  /**
   * Sets the parameters of the app's script on a site, as the app's server does at Wix.
   * @param {string} instanceId
   * @param {Record<string, string>} parameters
   */
  async embed(instanceId, parameters) {
    const who = { client_id: APP_ID, client_secret: SECRET, instance_id: instanceId };
    const token = await this.#call('/oauth2/token', { grant_type: 'client_credentials', ...who });
    const properties = { parameters, disabled: false };
    await this.#call('/apps/v1/scripts', { properties }, token.access_token);
  }

  /**
   * @param {string} path
   * @param {object} body
   * @param {string} [token]
   */
  async #call(path, body, token) {
    const response = await fetch(this.platform + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: token } : {}) },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** @override */
  async remove() {
    this.counter.stop();
    await super.remove();
  }
}
