import { describe, expect, it } from 'vitest';
import { cycleName, formatPrice, perCycle } from './money';
import { formatOffset, formatRelative, formatSpan } from './time';

const DAY = 86_400_000;

describe('time spans', () => {
  it.each([
    [30 * DAY, '30 days'],
    [DAY + 4 * 3_600_000, '1 day 4 hours'],
    [DAY + 5_000, '1 day'],
    [90_000, '1 minute 30 seconds'],
    [999, 'no time'],
  ])('%i ms reads "%s"', (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
  });

  it('an offset is short and empty while the clock was never moved', () => {
    expect(formatOffset(30 * DAY)).toBe('+30 d');
    expect(formatOffset(DAY + 4 * 3_600_000)).toBe('+1 d 4 h');
    expect(formatOffset(90_000)).toBe('+1 min 30 s');
    expect(formatOffset(0)).toBe('');
  });

  it('a moment is told by its distance from the platform time, not from the wall clock', () => {
    const now = Date.parse('2030-01-01T00:00:00Z');
    expect(formatRelative('2030-01-04T00:00:00Z', now)).toBe('in 3 days');
    expect(formatRelative('2029-12-31T23:58:00Z', now)).toBe('2 minutes ago');
    expect(formatRelative('2030-01-01T00:00:00.400Z', now)).toBe('now');
  });
});

describe('prices', () => {
  it('are shown in their currency', () => {
    expect(formatPrice('9.00', 'USD')).toBe('$9.00');
    expect(formatPrice('1290.50', 'EUR')).toBe('€1,290.50');
  });

  it('stay readable when amount or currency is not understood', () => {
    expect(formatPrice('free', 'USD')).toBe('free USD');
    expect(formatPrice('9.00', 'not-a-currency')).toBe('9.00 not-a-currency');
  });

  it('an unknown billing cycle is shown as sent', () => {
    expect(cycleName('MONTHLY')).toBe('Monthly');
    expect(perCycle('YEARLY')).toBe('/ year');
    expect(cycleName('FORTNIGHTLY')).toBe('FORTNIGHTLY');
    expect(perCycle('FORTNIGHTLY')).toBe('');
  });
});
