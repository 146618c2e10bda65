import type { UserStatus } from '@wixapp/react';
import { aStarterStatus, aStatus } from '@wixapp/react/testing';
import { expect, it } from 'vitest';
import { endOf, pendingOf } from './ending';

const cancelled = (nextCycleAt: string | null): UserStatus => {
  const { subscription } = aStarterStatus();
  return aStarterStatus({
    subscription: {
      ...subscription,
      status: 'cancelled',
      autoRenew: false,
      currentPeriodEnd: '2027-01-22T12:00:00Z',
      nextCycleAt,
    },
  });
};

it.each([
  ['a 30-day cycle in a 31-day month', '2027-01-21T12:00:00Z', 'last'],
  ['a cycle that ends with the month', '2027-01-22T12:00:00Z', 'none'],
  ['no further cycle', null, 'none'],
  ['a yearly plan with months to go', '2026-12-21T12:00:00Z', 'more'],
])('knows which credits still come: %s', (_, nextCycleAt, credits) => {
  expect(endOf(cancelled(nextCycleAt))).toEqual({ at: '2027-01-22T12:00:00Z', credits });
});

it('is_nothing_for_plans_that_renew_or_are_free', () => {
  expect([endOf(aStarterStatus()), endOf(aStatus())]).toEqual([null, null]);
});

it('knows_the_plan_that_follows_unless_the_plan_ends', () => {
  const { subscription } = aStarterStatus();
  const pending = { ...subscription, pendingPlanId: 'basic' };
  const from = subscription.currentPeriodEnd;
  expect(pendingOf(aStarterStatus({ subscription: pending }))).toEqual({ planId: 'basic', from });
  const ended = { ...pending, autoRenew: false };
  expect(pendingOf(aStarterStatus({ subscription: ended }))).toBeNull();
  expect(pendingOf(aStarterStatus())).toBeNull();
});
