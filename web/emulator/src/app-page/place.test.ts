import { describe, expect, it } from 'vitest';
import { addressOf, frameAt, parsePlace, placeIn } from './place';

const BASE = '/dashboard/site1/app/app1';
const at = (path: string, search = '', hash = '') =>
  placeIn({ pathname: `${BASE}${path}`, search, hash });

describe('the place in an address of the dashboard', () => {
  it.each([
    ['', '/'],
    ['/', '/'],
    ['/history', '/history'],
    ['/history/', '/history'],
    ['/posts/2026-11/caf%C3%A9', '/posts/2026-11/caf%C3%A9'],
  ])('behind the app’s own part %s is %s', (path, pathname) => {
    expect(at(path)).toMatchObject({ pathname });
  });

  it('keeps the search and the hash, and never a token', () => {
    expect(at('/history', '?kind=grant&pool=promo', '#top')).toEqual({
      pathname: '/history',
      search: '?kind=grant&pool=promo',
      hash: '#top',
    });
    const secret = at('/', '?to=starter&instance=sig.data&accessToken=x&origin=http://evil');
    expect(secret?.search).toBe('?to=starter');
  });

  it.each([
    '//evil.example',
    '/a//b',
    '/..',
    '/../..',
    '/a/../b',
    '/.',
    '/%2e%2e/b',
    '/%2E%2E',
    '/%252e%252e/b',
    '/a%2fb',
    '/a%5Cb',
    '/\\evil.example',
    '/a%00b',
    '/a%',
    `/${'a'.repeat(2_001)}`,
  ])('is none for %s', (path) => {
    expect(at(path)).toBeNull();
  });
});

describe('the place an app asks for', () => {
  it.each([
    ['/history?kind=grant#top', '/history?kind=grant#top'],
    ['posts?page=2', '/posts?page=2'],
    ['?page=2', '?page=2'],
    ['/', ''],
    ['', ''],
    [undefined, ''],
    ['/history/', '/history'],
    ['/history?instance=sig.data&kind=spend', '/history?kind=spend'],
  ])('%s stands in the address as %s', (asked, address) => {
    expect(addressOf(parsePlace(asked))).toBe(address);
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    'javascript:alert(1)//x',
    '/a/../../..',
    '..',
    '/%2e%2e/',
    `/a?${'b'.repeat(2_000)}`,
  ])('%s is refused', (asked) => {
    expect(() => parsePlace(asked)).toThrow('within the app’s own page');
  });
});

it('the frame is opened at the place, on its own origin, with all that its address had', () => {
  const place = parsePlace('/history?kind=grant#top');
  const signed = 'http://127.0.0.1:4101/?instance=sig.data&kind=grant';
  expect(frameAt(signed, place)).toBe(
    'http://127.0.0.1:4101/history?instance=sig.data&kind=grant#top',
  );
  expect(frameAt('http://127.0.0.1:4101/own/?a=1', parsePlace('/b'))).toBe(
    'http://127.0.0.1:4101/own/b?a=1',
  );
  expect(frameAt(signed, parsePlace(''))).toBe(signed);
});
