import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { record, requestRecord } from '../testing/platform';
import { toCurl } from './curl';
import { deliveryOf, requestOf } from './detail';
import { filterFromSearch, matches, siteNames, switched } from './filter';
import { jsonParts } from './json';

describe('copy as curl', () => {
  const request = {
    method: 'POST',
    url: 'http://127.0.0.1:4101/api/v1/wix/webhook',
    headers: {
      'content-type': 'text/plain',
      'x-note': "it's $HOME",
      'content-length': '12',
      Host: '127.0.0.1:4101',
    },
    body: 'header.pay load.sig',
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
      request.url,
      '-H',
      'content-type: text/plain',
      '-H',
      "x-note: it's $HOME",
      '--data-raw',
      request.body,
      '',
    ]);
  });
});

describe('filtering the time line', () => {
  const all = { kinds: [], siteName: null, text: '', failedOnly: false };

  it('by kind, site, words and outcome together', () => {
    const line = record({ outcome: 'failed', title: 'AppInstalled, attempt 2 → 500' });
    const filter = { ...all, kinds: ['delivery', 'job'], text: '500 appinst' } as const;
    expect(matches(line, filter)).toBe(true);
    expect(matches(line, { ...filter, failedOnly: true })).toBe(true);
    expect(matches(record(), { ...all, failedOnly: true })).toBe(false);
    expect(matches(line, { ...filter, siteName: 'Another' })).toBe(false);
    expect(matches(line, { ...filter, text: '500 removed' })).toBe(false);
    expect(matches(requestRecord(), filter)).toBe(false);
    expect(matches(record(), all)).toBe(true);
  });

  it('reads the address and ignores kinds that do not exist', () => {
    const search = new URLSearchParams('kinds=job,weather,token&site=Ours&text=pay&failed=1');
    expect(filterFromSearch(search)).toEqual({
      kinds: ['token', 'job'],
      siteName: 'Ours',
      text: 'pay',
      failedOnly: true,
    });
    expect(filterFromSearch(new URLSearchParams())).toEqual(all);
  });

  it('switches kinds on and off in one order', () => {
    expect(switched(['job'], 'request')).toBe('request,job');
    expect(switched(['request', 'job'], 'job')).toBe('request');
    expect(switched(['job'], 'job')).toBe('');
  });

  it('offers each occurring site once', () => {
    const of = (siteName: string | null) => record({ siteName });
    expect(siteNames([of('B'), of(null), of('A'), of('B')])).toEqual(['A', 'B']);
  });
});

describe('the detail of a line', () => {
  it('of a call can be sent again', () => {
    expect(requestOf(requestRecord())).toEqual({
      method: 'POST',
      url: 'http://127.0.0.1:4100/apps/v1/checkout',
      headers: { authorization: 'OAUTH2abc…' },
      body: '{"productId":"starter"}',
    });
    expect(requestOf(requestRecord({ detail: null }))).toBeNull();
    expect(requestOf(record())).toBeNull();
  });

  it('of a webhook names its event, state and what chaos did', () => {
    const detail = { eventType: 'AppRemoved', state: 'lost', resendOf: 'dlv_1', chaos: 'slow' };
    expect(deliveryOf(record({ detail }))).toEqual({
      eventType: 'AppRemoved',
      state: null,
      resent: true,
      chaos: 'slow',
    });
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
