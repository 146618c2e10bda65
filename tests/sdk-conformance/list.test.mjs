// The list itself: every case of it is run somewhere, and the page that shows it is up to date.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PAGE, page } from './fidelity.mjs';
import { list } from './lib/cases.mjs';

const HERE = new URL('.', import.meta.url);
const files = readdirSync(HERE).filter((name) => name.endsWith('.test.mjs'));
const text = files.map((name) => readFileSync(new URL(name, HERE), 'utf8')).join('\n');

test('each call is in the list once, with its cases, its fidelity and its source', () => {
  const calls = list();
  assert.equal(new Set(calls.map((entry) => entry.call)).size, calls.length);
  for (const { call, fidelity, source, cases, note } of calls) {
    assert.ok(['exact', 'approximate', 'missing'].includes(fidelity), call);
    assert.ok(['seen', 'src', 'doc'].includes(source), call);
    assert.equal(new Set(cases).size, cases.length, call);
    const isThere = fidelity !== 'missing';
    assert.equal(cases.length > 0, isThere, `${call}: what is exact or approximate has cases`);
    assert.ok(fidelity === 'exact' || note, `${call}: a remark says what is not exact`);
  }
});

test('each call with cases is tested', () => {
  for (const { call, cases } of list()) {
    const tested = text.includes(`call('${call}', {`);
    assert.equal(tested, cases.length > 0, call);
  }
});

test('docs/fidelity.md is what the list says; `npm run fidelity` writes it', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), page());
});
