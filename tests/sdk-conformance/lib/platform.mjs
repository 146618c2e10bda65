// A local platform in a process of its own, and the official packages pointed at it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as management from '@wix/app-management';
import { collections, indexes, items } from '@wix/data';
import { AppStrategy, createClient } from '@wix/sdk';
import { secrets } from '@wix/secrets';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const START_LIMIT_MS = 60_000;
const RECEIVE_LIMIT_MS = 20_000;

export const APP_ID = '0b1f6c2d-5e3a-4f7b-8c9d-1a2b3c4d5e6f';
export const APP_SECRET = 'd245bbf8-57eb-49d6-aeff-beff6d82cd39';

/** The receiving end of webhooks: answers 200 and keeps the bodies. Questions below `/plugin` go to whoever provides. */
class Inbox {
  /** @type {string[]} */
  bodies = [];
  /** @type {(request: Request) => Promise<Response>} */
  provide = async () => Response.json({});
  #server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    if (request.url?.startsWith('/plugin/')) {
      const question = new Request(`${this.url}${request.url}`, { method: 'POST', body });
      const answer = await this.provide(question).catch((error) => {
        return new Response(String(error), { status: 500 });
      });
      response.writeHead(answer.status);
      response.end(await answer.text());
      return;
    }
    if (body) this.bodies.push(body);
    response.end();
  });

  async open() {
    // A connection that is closed while the next question is on its way would lose that question.
    this.#server.keepAliveTimeout = 0;
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    this.url = `http://127.0.0.1:${address.port}`;
  }

  /**
   * Waits until so many webhooks have come.
   * @param {number} count
   */
  async holds(count) {
    const deadline = Date.now() + RECEIVE_LIMIT_MS;
    while (this.bodies.length < count) {
      if (Date.now() > deadline) throw new Error(`${this.bodies.length} of ${count} webhooks came`);
      await new Promise((done) => setTimeout(done, 20));
    }
    return this.bodies;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export class Platform {
  /**
   * Starts a platform; it ends with the test file.
   * @param {string[] | ((app: string) => string[])} options further options of `emulator`, which may need the app's address
   */
  static async start(options = ['--calls-a-minute', '0']) {
    const platform = new Platform();
    await platform.#run(options);
    after(() => platform.#end());
    process.env.WIX_EMULATOR_URL = platform.url;
    return platform;
  }

  inbox = new Inbox();
  url = '';
  publicKey = '';
  #folder = '';
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;

  /** @param {string[] | ((app: string) => string[])} options */
  async #run(options) {
    const { WIXAPP_BIN: binary = join(REPOSITORY, 'target/debug/autopost') } = process.env;
    this.#folder = await mkdtemp(join(tmpdir(), 'wixapp-sdk-'));
    await this.inbox.open();
    const keyFile = join(this.#folder, 'webhooks.pem');
    const place = [
      '--port',
      '0',
      '--app-url',
      String(this.inbox.url),
      '--public-key-file',
      keyFile,
    ];
    const app = ['--app-id', APP_ID, '--app-secret', APP_SECRET, '--app-name', 'Conformance'];
    const more = typeof options === 'function' ? options(String(this.inbox.url)) : options;
    const child = spawn(resolve(binary), ['emulator', ...place, ...app, ...more], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    let output = '';
    const up = new Promise((found, failed) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8');
        stream.on('data', (text) => {
          output += text;
          const address = /platform on (http:\S+?),/.exec(output)?.[1];
          if (address && output.includes('Ctrl-C')) found(address);
        });
      }
      const fail = (/** @type {unknown} */ why) =>
        failed(new Error(`${binary} did not start (${why}):\n${output}`));
      child.once('error', fail);
      child.once('exit', fail);
      setTimeout(() => fail('too slow'), START_LIMIT_MS).unref();
    });
    this.url = String(await up);
    this.publicKey = await readFile(keyFile, 'utf8');
  }

  async #end() {
    const child = this.#process;
    if (child && child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await ended;
    }
    this.inbox.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /**
   * Does what a person does in the platform's pages.
   * @param {string} path
   * @param {unknown} [body]
   */
  async page(path, body) {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const headers = { 'x-emulator': '1', 'content-type': 'application/json' };
    const response = await fetch(`${this.url}/_emulator/${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /**
   * Installs the app on one of the sites.
   * @param {number} number
   */
  async install(number = 0) {
    const { sites } = await this.page('state');
    const site = sites[number];
    if (site.install && !site.install.removed) return { ...site.install, siteId: site.siteId };
    const { install } = await this.page(`sites/${site.siteId}/install`, {});
    return { ...install, siteId: site.siteId };
  }

  /**
   * The official client, as the app's backend makes it.
   * @param {string} instanceId
   */
  client(instanceId) {
    const auth = AppStrategy({
      appId: APP_ID,
      appSecret: APP_SECRET,
      publicKey: this.publicKey,
      instanceId,
    });
    return createClient({ auth, modules: { items, collections, indexes, secrets, ...management } });
  }

  /** The official client for the first site. */
  async wix() {
    const { instanceId } = await this.install();
    return this.client(instanceId);
  }
}
