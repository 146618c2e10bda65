// The one list of what is compared with Wix, and the tests that go through it.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';

const FILE = new URL('../cases.json', import.meta.url);

/**
 * A call of the official packages, the endpoint behind it, and how close the local platform comes.
 * @typedef {object} Call
 * @property {string} call
 * @property {string} endpoint
 * @property {'exact' | 'approximate' | 'missing'} fidelity
 * @property {string} source seen, src, doc or ?, as explained on the page of fidelity
 * @property {string} [note]
 * @property {string[]} cases
 */

/** @returns {Call[]} */
export function list() {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

/**
 * Tests a call. The titles are those of the list, neither more nor fewer: the list is what the fidelity page shows.
 *
 * With `UPDATE_CASES=1` the list takes over the titles.
 * @param {string} name
 * @param {Record<string, () => unknown>} cases
 */
export function call(name, cases) {
  const titles = Object.keys(cases);
  const calls = list();
  const found = calls.find((entry) => entry.call === name);
  if (!found) throw new Error(`${name} is not in cases.json`);
  if (process.env.UPDATE_CASES) {
    found.cases = titles;
    writeFileSync(FILE, `${JSON.stringify(calls, null, 2)}\n`);
  }
  describe(name, () => {
    test('its cases are those of cases.json', () => assert.deepEqual(titles, found.cases));
    for (const [title, run] of Object.entries(cases)) test(title, async () => void (await run()));
  });
}

/**
 * The code in an error of the packages, and what it says.
 * @param {Promise<unknown>} promise
 * @param {string} code
 * @param {RegExp} [text]
 */
export async function refuses(promise, code, text = /./) {
  await assert.rejects(promise, (/** @type {any} */ error) => {
    const found = [error.code, error.details?.applicationError?.code, error.message];
    assert.ok(found.join(' ').includes(code), `${code} is not in ${found.join(' | ')}`);
    assert.match(error.message, text);
    return true;
  });
}
