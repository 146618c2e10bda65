// The product under test: the reference app's binary with its local platform, on a data folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const LAST_OUTPUT = 4_000;

/** @param {number} port */
async function isFree(port) {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** A port whose successor is free too: the platform takes the first, the app the second. */
export async function freePortPair() {
  // Below the range from which Linux gives out ports by itself.
  for (let tries = 0; tries < 100; tries += 1) {
    const port = 20_000 + 2 * Math.floor(Math.random() * 6_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
  throw new Error('no two neighbouring free ports were found');
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

export class Product {
  /** @type {import('node:child_process').ChildProcess | null} */
  #process = null;
  #output = '';

  /**
   * @param {number} port
   * @param {string} dataDir
   * @param {Record<string, string>} [settings] variables of its environment beside the test's own
   * @param {string} [plans] the catalogue's file, from the repository's root; the app's own when left out
   */
  constructor(port, dataDir, settings = {}, plans = '') {
    this.port = port;
    this.dataDir = dataDir;
    this.settings = settings;
    this.plans = plans;
    this.platform = `http://127.0.0.1:${port}`;
    this.app = `http://127.0.0.1:${port + 1}`;
  }

  /**
   * A product on a fresh data folder, running.
   * @param {Record<string, string>} [settings]
   * @param {string} [plans]
   */
  static async start(settings, plans) {
    const dataDir = await mkdtemp(join(tmpdir(), 'wixapp-browser-'));
    const product = new Product(await freePortPair(), dataDir, settings, plans);
    await product.run();
    return product;
  }

  /** What is written on the command line. */
  options() {
    const options = ['dev', '--port', String(this.port), '--data-dir', this.dataDir];
    return this.plans ? [...options, '--plans', join(REPOSITORY, this.plans)] : options;
  }

  /** Where it answers once it is up. */
  addresses() {
    return [`${this.platform}/_emulator/state`, `${this.app}/health`];
  }

  /** Starts the process, again on the same data after a kill, and waits until both servers answer. */
  async run() {
    const { WIXAPP_BIN: binary = join(REPOSITORY, 'target/debug/autopost') } = process.env;
    const env = { ...process.env, ...this.settings };
    const options = this.options();
    const child = spawn(resolve(binary), options, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.#output = (this.#output + text).slice(-LAST_OUTPUT);
      });
    }
    const failed = new Promise((_, reject) => {
      child.once('error', (cause) => reject(new Error(`${binary} cannot be run`, { cause })));
      child.once('exit', (code, signal) =>
        reject(new Error(`${binary} ended (${code ?? signal}) at start:\n${this.#output}`)),
      );
    });
    failed.catch(() => {});
    await Promise.race([this.#untilUp(), failed]);
  }

  async #untilUp() {
    const deadline = Date.now() + START_LIMIT_MS;
    const addresses = this.addresses();
    while (Date.now() < deadline) {
      const up = await Promise.all(addresses.map(answers));
      if (up.every(Boolean)) return;
      await pause(50);
    }
    throw new Error(`no answer from ${addresses.join(' and ')}:\n${this.#output}`);
  }

  /** kill -9: what a power cut leaves behind. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Ctrl-C; the exit code. */
  async interrupt() {
    return this.#end('SIGINT');
  }

  /** Ends the product, if it still runs, and removes its data. */
  async remove() {
    await this.#end('SIGKILL');
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode;
    const ended = once(child, 'exit');
    child.kill(signal);
    const late = pause(STOP_LIMIT_MS, undefined, { ref: false }).then(() => {
      child.kill('SIGKILL');
      throw new Error(`${signal} did not end the product within ${STOP_LIMIT_MS} ms`);
    });
    const [code] = await Promise.race([ended, late]);
    return code;
  }

  /**
   * Reads the platform's own page API, for what the pages do not show.
   * @template T
   * @param {string} path
   * @returns {Promise<T>}
   */
  async read(path) {
    const response = await fetch(`${this.platform}/${path}`);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return /** @type {T} */ (await response.json());
  }

  /**
   * Writes to the platform's own page API, for what is not the point of a test.
   * @param {string} path
   * @param {object} body
   * @returns {Promise<any>}
   */
  async write(path, body = {}) {
    const response = await fetch(`${this.platform}/_emulator/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Emulator': '1' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
