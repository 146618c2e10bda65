import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../api/types';
import { toCurl } from './curl';
import { eventTypes, filterFromSearch, matches } from './filter';
import { jsonParts } from './json';

function delivery(change: Partial<Delivery>): Delivery {
  return {
    deliveryId: 'dlv_1',
    eventType: 'AppInstalled',
    instanceId: 'i1',
    siteName: 'My Site',
    attempt: 1,
    state: 'delivered',
    at: '2026-11-21T12:00:00Z',
    durationMs: 12,
    responseStatus: 200,
    error: null,
    nextAttemptAt: null,
    resendOf: null,
    ...change,
  };
}

describe('copy as curl', () => {
  const request = {
    requestUrl: 'http://127.0.0.1:4101/api/v1/wix/webhook',
    requestHeaders: {
      'content-type': 'text/plain',
      'x-note': "it's $HOME",
      'content-length': '12',
      Host: '127.0.0.1:4101',
    },
    requestBody: 'header.pay load.sig',
  };

  it('leaves out the headers curl sets itself', () => {
    expect(toCurl(request)).not.toMatch(/content-length|Host:/);
    expect(toCurl(request)).toContain(`-H 'content-type: text/plain'`);
  });

  it('survives the shell unchanged', () => {
    const script = `curl() { printf '%s\\n' "$@"; }\n${toCurl(request)}`;
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n')).toEqual([
      '-i',
      '-X',
      'POST',
      request.requestUrl,
      '-H',
      'content-type: text/plain',
      '-H',
      "x-note: it's $HOME",
      '--data-raw',
      request.requestBody,
      '',
    ]);
  });
});

describe('filtering deliveries', () => {
  it('by type and state together', () => {
    const filter = { eventType: 'AppInstalled', state: 'retrying' } as const;
    expect(matches(delivery({ state: 'retrying' }), filter)).toBe(true);
    expect(matches(delivery({ state: 'delivered' }), filter)).toBe(false);
    expect(matches(delivery({ state: 'retrying', eventType: 'AppRemoved' }), filter)).toBe(false);
    expect(matches(delivery({}), { eventType: null, state: null })).toBe(true);
  });

  it('reads the address and ignores a state that does not exist', () => {
    expect(filterFromSearch(new URLSearchParams('type=AppRemoved&state=gave_up'))).toEqual({
      eventType: 'AppRemoved',
      state: 'gave_up',
    });
    expect(filterFromSearch(new URLSearchParams('state=lost'))).toEqual({
      eventType: null,
      state: null,
    });
  });

  it('offers each occurring type once', () => {
    const seen = ['PaidPlanPurchased', 'AppInstalled', 'AppInstalled'];
    expect(eventTypes(seen.map((eventType) => delivery({ eventType })))).toEqual([
      'AppInstalled',
      'PaidPlanPurchased',
    ]);
  });
});

describe('coloured JSON', () => {
  const value = { 'a "key"': ['text: 1', -1.5e3, true, null], empty: {} };

  it('reads as the pretty-printed text', () => {
    const text = jsonParts(value).map((part) => part.text);
    expect(text.join('')).toBe(JSON.stringify(value, null, 2));
  });

  it('tells keys from texts, numbers and words', () => {
    const kinds = jsonParts(value).filter(({ part }) => part !== 'plain');
    expect(kinds.map(({ part }) => part)).toEqual(['key', 'text', 'number', 'word', 'word', 'key']);
  });
});
