import { describe, expect, it } from 'vitest';
import { aPlanList } from '../testing/fixtures';
import { bestSaving, priceOf } from './price';
import { resultUrl } from './resultUrl';

const [free, starter, pro] = aPlanList().plans;
if (!free || !starter || !pro) throw new Error('the catalogue has four plans');

describe('priceOf', () => {
  it('shows_a_year_as_its_monthly_average_and_what_is_billed', () => {
    expect(priceOf(starter, 'YEARLY')).toEqual({ perMonth: 7.5, billed: 90 });
    expect(priceOf(pro, 'YEARLY')).toEqual({ perMonth: 24.17, billed: 290 });
    expect(priceOf(starter, 'MONTHLY')).toEqual({ perMonth: 9, billed: 9 });
  });
});

describe('bestSaving', () => {
  it('never_promises_more_than_is_saved', () => {
    expect(bestSaving([free, starter])).toBe(0.16);
    expect(bestSaving([{ ...starter, priceMonthly: '10.00', priceYearly: '102.00' }])).toBe(0.15);
  });

  it('is_nothing_without_a_paid_plan_or_a_cheaper_year', () => {
    expect(bestSaving([free])).toBe(0);
    expect(bestSaving([{ ...starter, priceYearly: '120.00' }])).toBe(0);
  });
});

describe('resultUrl', () => {
  it('links_only_to_web_pages', () => {
    expect(resultUrl({ url: 'https://example.com/p/1' })).toBe('https://example.com/p/1');
    for (const result of [
      { url: 'javascript:alert(1)' },
      { url: '/p' },
      { url: 7 },
      {},
      null,
      'x',
    ]) {
      expect(resultUrl(result)).toBeNull();
    }
  });
});
