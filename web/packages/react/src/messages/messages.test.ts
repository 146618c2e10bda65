import { describe, expect, it } from 'vitest';
import { sharedTexts, textsOf } from '../testing/texts.js';
import { chooseLocale, directionOf, messagesFor } from './catalog.js';
import { de } from './de.js';
import { en } from './en.js';
import { createFormat, type Format } from './format.js';
import { he } from './he.js';

describe('chooseLocale', () => {
  it('takes_the_first_wanted_locale_that_has_texts', () => {
    expect(chooseLocale(['de', 'en-GB'], ['en'])).toBe('en-GB');
    expect(chooseLocale(['de_AT', 'en'], ['en', 'de'])).toBe('de-AT');
  });

  it('falls_back_to_english_for_nonsense_and_nothing', () => {
    expect(chooseLocale([null, '', '*!', 'xx'], ['en'])).toBe('en');
  });
});

describe('messagesFor', () => {
  const catalog = {
    en: (f: Format) => ({ total: (n: number) => `${f.number(n)} total` }),
    de: (f: Format) => ({ total: (n: number) => `${f.number(n)} gesamt` }),
  };
  it('writes_text_and_numbers_in_one_language', () => {
    expect(messagesFor(catalog, 'de-DE').total(1200)).toBe('1.200 gesamt');
    expect(messagesFor(catalog, 'en').total(1200)).toBe('1,200 total');
    expect(messagesFor(catalog, 'fr').total(1)).toBe('1 total');
  });
});

describe('createFormat', () => {
  const format = createFormat('en');
  it('writes_changes_with_their_sign', () => {
    expect([1000, -1, 0].map(format.signed)).toEqual(['+1,000', '\u22121', '0']);
  });

  it('leaves_out_empty_cents', () => {
    expect(format.money('9.00', 'USD')).toBe('$9');
    expect(format.money('7.5', 'USD')).toBe('$7.50');
  });

  it('counts_days_in_words', () => {
    expect(format.days('2026-12-21T12:00:00Z', '2026-11-21T12:00:00Z')).toBe('in 30 days');
    expect(format.days('2026-11-22T11:00:00Z', '2026-11-21T12:00:00Z')).toBe('tomorrow');
  });
});

it('knows_right_to_left_languages', () => {
  expect([directionOf('he-IL'), directionOf('en')]).toEqual(['rtl', 'ltr']);
});

describe('the languages of the package', () => {
  const english = en(createFormat('en'));
  const paths = (texts: unknown) => textsOf(texts).map(([path]) => path);

  it.each([
    [
      'de',
      de(createFormat('de')),
      ['lowCredits.label', 'compare.credits', 'change.credits', 'history.pool'],
    ],
    ['he', he(createFormat('he')), []],
  ])('%s has a text of its own for everything', (_, texts, sameWord) => {
    expect(paths(texts).sort()).toEqual(paths(english).sort());
    expect(sharedTexts(english, texts)).toEqual(sameWord);
  });
});
