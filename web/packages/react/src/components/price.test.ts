import { describe, expect, it } from 'vitest';
import { aPlanList } from '../testing/fixtures.js';
import { priceOf, savingOf } from './price.js';
import { resultUrl } from './resultUrl.js';

const [free, starter, pro] = aPlanList().plans;
if (!free || !starter || !pro) throw new Error('the catalogue has four plans');

describe('priceOf', () => {
  it('shows_a_year_as_its_monthly_average_and_what_is_billed', () => {
    expect(priceOf(starter, 'YEARLY')).toEqual({ perMonth: 7.5, billed: 90 });
    expect(priceOf(pro, 'YEARLY')).toEqual({ perMonth: 24.17, billed: 290 });
    expect(priceOf(starter, 'MONTHLY')).toEqual({ perMonth: 9, billed: 9 });
  });
});

describe('savingOf', () => {
  it('never_promises_more_than_is_saved', () => {
    expect(savingOf([free, starter])).toEqual({ most: 0.16, isSame: true });
    const exact = { ...starter, priceMonthly: '10.00', priceYearly: '102.00' };
    expect(savingOf([exact]).most).toBe(0.15);
  });

  it('is_nothing_without_a_paid_plan_or_a_cheaper_year', () => {
    expect(savingOf([free]).most).toBe(0);
    expect(savingOf([{ ...starter, priceYearly: '120.00' }]).most).toBe(0);
  });

  it('tells_plans_apart_that_save_less', () => {
    expect(savingOf([starter, { ...pro, priceYearly: '348.00' }])).toEqual({
      most: 0.16,
      isSame: false,
    });
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
