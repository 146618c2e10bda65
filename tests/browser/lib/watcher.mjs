// Everything that must not happen in any page of the test: errors, and requests that leave the machine.

/** Only between `expectOutage(true)` and `expectOutage(false)`: the product was killed on purpose, or starts again. */
const OUTAGE =
  /ERR_CONNECTION_(?:REFUSED|RESET|CLOSED)|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED|status of 503 /;

export class Watcher {
  /** @type {string[]} */
  problems = [];
  step = 'start';
  #outage = false;
  /** @type {RegExp[]} */
  #allowed = [];

  /** @param {boolean} expected */
  expectOutage(expected) {
    this.#outage = expected;
  }

  /**
   * Chromium reports every answer above 399 as a console error; the ones the test provokes are named here.
   * @param {RegExp} message matched against `text (address)`
   */
  allow(message) {
    this.#allowed.push(message);
  }

  /** @param {import('playwright-core').BrowserContext} context */
  watch(context) {
    context.on('console', (message) => {
      if (message.type() !== 'error') return;
      this.#note('console error', `${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => {
      const cause = error.error();
      this.#note(
        'page error',
        cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
      );
    });
    context.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      // Names below `localhost` are this machine, by any browser's own rule.
      const isHere = hostname === '127.0.0.1' || hostname.endsWith('.localhost');
      if (!isHere && !['data:', 'blob:', 'about:'].includes(protocol))
        this.problems.push(`[${this.step}] request leaves the machine: ${request.url()}`);
    });
  }

  /**
   * @param {string} kind
   * @param {string} text
   */
  #note(kind, text) {
    if (this.#outage && OUTAGE.test(text)) return;
    if (this.#allowed.some((pattern) => pattern.test(text))) return;
    this.problems.push(`[${this.step}] ${kind}: ${text}`);
  }
}
