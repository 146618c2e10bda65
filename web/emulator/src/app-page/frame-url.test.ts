import { describe, expect, it } from 'vitest';
import { isWebAddress, tokenExpiry } from './frame-url';

function frameUrl(claims: unknown): string {
  const payload = btoa(JSON.stringify(claims)).replaceAll('=', '').replaceAll('+', '-');
  return `http://127.0.0.1:4101/?instance=signature.${payload.replaceAll('/', '_')}&locale=en`;
}

describe('the end of the token in the frame address', () => {
  it('is read from its payload', () => {
    const expirationDate = '2026-11-21T16:00:00.000Z';
    expect(tokenExpiry(frameUrl({ instanceId: 'i1', expirationDate }))).toBe(
      Date.parse(expirationDate),
    );
  });

  it.each([
    ['no token', 'http://127.0.0.1:4101/'],
    ['no dot', 'http://127.0.0.1:4101/?instance=abc'],
    ['no JSON', 'http://127.0.0.1:4101/?instance=a.b'],
    ['no end', frameUrl({ instanceId: 'i1' })],
    ['an end that is no date', frameUrl({ expirationDate: 'soon' })],
    ['a payload that is no object', frameUrl(null)],
    ['no address', 'not a url'],
  ])('is unknown with %s', (_, url) => {
    expect(tokenExpiry(url)).toBeNull();
  });
});

it('only web addresses are followed', () => {
  expect(isWebAddress('http://127.0.0.1:4101/?instance=x')).toBe(true);
  expect(isWebAddress('/dashboard/site/app/app', 'http://127.0.0.1:4100/')).toBe(true);
  expect(isWebAddress('javascript:alert(1)', 'http://127.0.0.1:4100/')).toBe(false);
  expect(isWebAddress('data:text/html,x', 'http://127.0.0.1:4100/')).toBe(false);
});
