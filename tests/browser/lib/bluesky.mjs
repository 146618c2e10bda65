// Plays Bluesky on this machine: the calls the app makes of it, by the shapes that are documented at docs.bsky.app.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';

export const HANDLE = 'maya.bsky.test';
export const PASSWORD = 'abcd-efgh-ijkl-mnop';
const DID = 'did:plc:maya';

/** @typedef {{ status: number, body: object }} Answer */

export class Bluesky {
  /** The records that were made, by their key. @type {Map<string, any>} */
  records = new Map();
  /** Whether posts are refused. */
  isRefusing = false;
  #server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const method = pathname.replace('/xrpc/', '');
    const { status, body } = this.#answer(method, request.headers, Buffer.concat(chunks));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });

  /** A network that takes posts. */
  static async start() {
    const bluesky = new Bluesky();
    bluesky.#server.listen(0, '127.0.0.1');
    await once(bluesky.#server, 'listening');
    return bluesky;
  }

  get url() {
    const address = this.#server.address();
    assert.ok(address !== null && typeof address === 'object');
    return `http://127.0.0.1:${address.port}`;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /**
   * @param {string} method
   * @param {import('node:http').IncomingHttpHeaders} headers
   * @param {Buffer} bytes
   * @returns {Answer}
   */
  #answer(method, headers, bytes) {
    const refuse = (
      /** @type {number} */ status,
      /** @type {string} */ error,
      message = error,
    ) => ({
      status,
      body: { error, message },
    });
    if (method === 'com.atproto.server.createSession') {
      const { identifier, password } = JSON.parse(bytes.toString());
      return identifier === HANDLE && password === PASSWORD
        ? {
            status: 200,
            body: { accessJwt: 'access', refreshJwt: 'refresh', did: DID, handle: HANDLE },
          }
        : refuse(401, 'AuthenticationRequired', 'Invalid identifier or password');
    }
    if (headers.authorization !== 'Bearer access') return refuse(401, 'AuthMissing');
    if (method === 'com.atproto.repo.uploadBlob') {
      const blob = { $type: 'blob', ref: { $link: 'bafy' }, mimeType: headers['content-type'] };
      return { status: 200, body: { blob: { ...blob, size: bytes.length } } };
    }
    if (method === 'com.atproto.repo.createRecord') {
      if (this.isRefusing) return refuse(400, 'InvalidRequest', 'Not on a Sunday.');
      const { rkey, record } = JSON.parse(bytes.toString());
      assert.ok(!this.records.has(rkey), 'a record is made once');
      this.records.set(rkey, record);
      return { status: 200, body: { uri: `at://${DID}/app.bsky.feed.post/${rkey}`, cid: 'bafy' } };
    }
    return refuse(400, 'RecordNotFound');
  }
}
