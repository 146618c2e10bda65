import { act, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { useWixContext } from '../context/WixContext.js';
import { aPlanList, aStarterStatus } from '../testing/fixtures.js';
import { fail, ok, on } from '../testing/handle.js';
import { openPage, renderInWix } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { usePlans } from './usePlans.js';

const server = startTestServer();
const start = () => renderInWix(() => ({ wix: useWixContext(), plans: usePlans() })).result;

describe('usePlans', () => {
  beforeEach(() => openPage());

  it('loads_the_plans_as_this_instance_may_buy_them', async () => {
    const result = start();
    expect([result.current.plans.isPending, result.current.plans.data]).toEqual([true, undefined]);
    await waitFor(() => expect(result.current.plans.data).toEqual(aPlanList('free')));
  });

  it('reads_them_again_when_the_plan_has_changed', async () => {
    const result = start();
    await waitFor(() => expect(result.current.plans.data?.currentPlanId).toBe('free'));
    await waitFor(() => expect(result.current.wix.live).toBe('open'));
    server.status = aStarterStatus();
    server.send('status', aStarterStatus());
    await waitFor(() => expect(result.current.plans.data?.currentPlanId).toBe('starter'));
  });

  it('are_in_the_words_of_the_readers_language', async () => {
    openPage('instance=token-1&locale=de-CH');
    const result = start();
    await waitFor(() =>
      expect(result.current.plans.data?.plans[1]?.benefits).toEqual(['Vorteil von starter']),
    );
  });

  it('says_why_it_failed_and_loads_when_it_is_tried_again', async () => {
    server.msw.use(on('billingPlans', () => fail('invalid_request'), { once: true }));
    const result = start();
    await waitFor(() => expect(result.current.plans.error).toMatchObject({ status: 422 }));
    act(() => void result.current.plans.refetch());
    await waitFor(() => expect(result.current.plans.data?.plans).toHaveLength(4));
    expect(result.current.plans.error).toBeNull();
  });

  it('does_not_ask_for_a_page_that_was_not_opened_by_Wix', async () => {
    let asked = 0;
    server.msw.use(
      on('billingPlans', () => {
        asked += 1;
        return ok(aPlanList());
      }),
    );
    openPage('locale=en');
    const result = start();
    await act(() => new Promise((resolve) => setTimeout(resolve)));
    expect([asked, result.current.plans.fetchStatus]).toEqual([0, 'idle']);
  });
});
