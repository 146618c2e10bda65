import { expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

it('doubles_up_to_half_a_minute_with_half_of_it_random', () => {
  expect([0, 1, 2, 3].map((n) => backoffMs(n, () => 1))).toEqual([500, 1000, 2000, 4000]);
  expect([0, 1, 2, 3].map((n) => backoffMs(n, () => 0))).toEqual([250, 500, 1000, 2000]);
  expect(backoffMs(50, () => 1)).toBe(30_000);
  expect(backoffMs(5_000, () => 0)).toBe(15_000);
});
