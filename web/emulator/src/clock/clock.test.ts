import { describe, expect, it } from 'vitest';
import { parseDuration, parseMoment } from './duration';
import { describeMove } from './result';

describe('a custom duration', () => {
  it.each([
    ['30', 'd', '30d'],
    [' 90 ', 'm', '90m'],
    ['007', 'h', '7h'],
  ] as const)('%s %s is sent as %s', (amount, unit, duration) => {
    expect(parseDuration(amount, unit)).toEqual({ duration });
  });

  it.each([
    ['', 'd', /how far/],
    ['-3', 'd', /whole number/],
    ['1.5', 'h', /whole number/],
    ['0', 's', /at least 1/],
    ['3651', 'd', /10 years/],
    ['9'.repeat(30), 's', /10 years/],
  ] as const)('%s %s is refused', (amount, unit, message) => {
    const result = parseDuration(amount, unit);
    expect('error' in result ? result.error : '').toMatch(message);
  });
});

describe('the result of a move', () => {
  const move = { now: '2026-12-21T00:00:00Z', offsetMs: 30 * 86_400_000, appEvents: 0 };

  it('counts what happened on the way', () => {
    expect(describeMove(0, { ...move, renewals: 1, deliveries: 2 })).toBe(
      'Moved 30 days; 1 renewal, 2 deliveries.',
    );
  });

  it('names what fell due in the app', () => {
    expect(describeMove(0, { ...move, renewals: 0, deliveries: 0, appEvents: 2 })).toBe(
      'Moved 30 days; no renewals, no deliveries, 2 events in the app.',
    );
  });

  it('says so when nothing was due', () => {
    expect(describeMove(29 * 86_400_000, { ...move, renewals: 0, deliveries: 0 })).toBe(
      'Moved 1 day; no renewals, no deliveries.',
    );
  });
});

describe('a moment to set the clock to', () => {
  const now = Date.parse('2026-12-21T12:00:00Z');

  it('is sent in universal time', () => {
    const local = new Date(now + 86_400_000);
    const two = (part: number) => String(part).padStart(2, '0');
    const day = `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`;
    const text = `${day}T${two(local.getHours())}:${two(local.getMinutes())}`;
    expect(parseMoment(text, now)).toEqual({ to: '2026-12-22T12:00:00.000Z' });
  });

  it.each([
    ['', /date and a time/],
    ['2026-13-45T00:00', /date and a time/],
    ['2020-01-01T00:00', /only goes forward/],
  ] as const)('%s is refused', (text, message) => {
    const result = parseMoment(text, now);
    expect('error' in result ? result.error : '').toMatch(message);
  });
});
