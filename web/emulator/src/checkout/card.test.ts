import { describe, expect, it } from 'vitest';
import {
  cardForWire,
  EMPTY_CARD,
  formatCardNumber,
  formatExpiry,
  TEST_CARDS,
  testCardDetails,
  validateCard,
} from './card';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const [paying] = TEST_CARDS;
if (!paying) throw new Error('there is a paying test card');
const GOOD = testCardDetails(paying, 'Ada Lovelace', NOW);

describe('typing a card', () => {
  it('groups the number by four and drops anything that is no digit', () => {
    expect(formatCardNumber('42424242x4242-4242')).toBe('4242 4242 4242 4242');
    expect(formatCardNumber('abc')).toBe('');
    expect(formatCardNumber('1'.repeat(40))).toHaveLength(23);
  });

  it('writes the slash of the expiry and lets it be deleted again', () => {
    expect(formatExpiry('1')).toBe('1');
    expect(formatExpiry('12')).toBe('12 / ');
    expect(formatExpiry('12 / 3')).toBe('12 / 3');
    expect(formatExpiry('5')).toBe('05 / ');
    expect(formatExpiry('12 /', '12 / ')).toBe('1');
  });
});

describe('validation', () => {
  it('accepts every test card', () => {
    for (const card of TEST_CARDS) {
      expect(validateCard(testCardDetails(card, 'Ada', NOW), NOW)).toEqual({});
    }
  });

  it('names each empty field', () => {
    expect(Object.keys(validateCard(EMPTY_CARD, NOW))).toEqual([
      'cardNumber',
      'expiry',
      'cvc',
      'name',
    ]);
  });

  it.each([
    [{ cardNumber: '4242 4242 4242 4241' }, 'cardNumber', /mistyped/],
    [{ cardNumber: '4242' }, 'cardNumber', /too short/],
    [{ expiry: '13 / 30' }, 'expiry', /between 01 and 12/],
    [{ expiry: '12' }, 'expiry', /month and year/],
    [{ expiry: '10 / 26' }, 'expiry', /expired/],
    [{ cvc: '12' }, 'cvc', /3 or 4 digits/],
    [{ cvc: '12345' }, 'cvc', /3 or 4 digits/],
    [{ name: '   ' }, 'name', /name on the card/],
  ] as const)('refuses %j', (change, field, message) => {
    const errors = validateCard({ ...GOOD, ...change }, NOW);
    expect(Object.keys(errors)).toEqual([field]);
    expect(errors[field]).toMatch(message);
  });

  it('a card is good until the last day of its month, on the platform clock', () => {
    const card = { ...GOOD, expiry: '11 / 26' };
    expect(validateCard(card, Date.parse('2026-11-30T23:59:59Z'))).toEqual({});
    expect(validateCard(card, Date.parse('2026-12-01T00:00:00Z'))).toHaveProperty('expiry');
  });
});

it('the wire form has neither spaces nor padding', () => {
  expect(cardForWire({ ...GOOD, name: ' Ada ' })).toEqual({
    cardNumber: '4242424242424242',
    expiry: '12/28',
    cvc: '123',
    name: 'Ada',
  });
});
