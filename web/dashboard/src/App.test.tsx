import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Job, UserStatus } from '@wixapp/react';
import {
  aCheckout,
  aJob,
  anEntry,
  aStarterStatus,
  aStatus,
  credits,
  fail,
  fakeClock,
  lost,
  NOW,
  ok,
  on,
  openPage,
  startTestServer,
} from '@wixapp/react/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from './App';
import { onAutopost } from './testing/routes';

const server = startTestServer();
beforeEach(() => server.msw.use(onAutopost('networks', () => ok({ networks: [] }))));

async function openApp(status: UserStatus = aStatus(), query = 'instance=token-1') {
  server.status = status;
  openPage(query);
  render(<App />);
  await screen.findByTestId('app-ready');
}
const text = (testId: string) => screen.getByTestId(testId).textContent;
const connected = () => waitFor(() => expect(server.connections).toBe(1));

describe('overview', () => {
  it('shows_plan_credits_connection_and_the_next_cycle', async () => {
    await openApp(aStarterStatus());
    expect(text('plan-name')).toBe('Starter');
    expect(text('credits-available')).toBe('1,200');
    expect(text('connection-status')).toBe('Connected to Wix');
    expect(text('next-cycle')).toBe('Dec 21, 2026 (in 30 days)');
    expect(text('subscription-status')).toBe('Active');
    expect(screen.queryByTestId('auto-renew-off')).toBeNull();
    expect(document.title).toBe('Overview · Autopost');
  });

  it('says_until_when_a_cancelled_plan_stays', async () => {
    const { subscription } = aStarterStatus();
    await openApp(
      aStarterStatus({ subscription: { ...subscription, status: 'cancelled', autoRenew: false } }),
    );
    expect(text('subscription-status')).toBe('Cancelled');
    expect(text('auto-renew-off')).toMatch(/You keep Starter and its credits until Dec 21, 2026/);
  });

  it('says_of_a_trial_until_when_it_is_and_when_credits_come', async () => {
    const { subscription } = aStarterStatus();
    const trial = { ...subscription, status: 'trial', nextCycleAt: null } as const;
    await openApp(aStarterStatus({ subscription: trial }));
    expect(text('subscription-status')).toBe('Free trial');
    expect(text('next-cycle')).toBe('When the plan is paid');
    expect(text('trial-end')).toBe('Dec 21, 2026 (in 30 days)');
    expect(text('trial')).toBe(
      'This is a free trial of Starter, as far as is known until Dec 21, 2026. The credits of the plan come when it is paid.',
    );
    expect(screen.queryByText('1,000 credits each cycle')).toBeNull();
  });

  it('names_the_lower_plan_that_follows_and_from_when', async () => {
    const { subscription } = aStarterStatus();
    await openApp(
      aStarterStatus({
        plan: { id: 'pro', name: 'Pro', rank: 2, creditsPerCycle: 5000 },
        subscription: { ...subscription, pendingPlanId: 'starter' },
      }),
    );
    await waitFor(() => expect(text('pending-plan')).toBe('Starter'));
    expect(screen.getByText('From Dec 21, 2026')).toBeTruthy();
  });

  it('does_not_call_a_free_plan_unrenewed', async () => {
    await openApp();
    expect(screen.queryByTestId('auto-renew-off')).toBeNull();
  });

  it('reminds_of_an_open_checkout_until_it_is_dismissed', async () => {
    const checkout = aCheckout();
    server.msw.use(
      on(
        'billingCheckoutDismiss',
        () => {
          server.status = aStatus();
          return ok({ ...checkout, status: 'dismissed' });
        },
        { at: { checkoutId: 'chk_1' } },
      ),
    );
    await openApp(aStatus({ openCheckout: checkout }));
    await screen.findByText(/^Your checkout for Starter is not confirmed yet/);
    await userEvent.click(screen.getByTestId('open-checkout-dismiss'));
    await waitFor(() => expect(screen.queryByTestId('open-checkout-banner')).toBeNull());
    await waitFor(() => expect(document.activeElement?.id).toBe('content'));
  });

  it('continues_an_open_checkout_over_the_whole_dashboard', async () => {
    const open = vi.spyOn(window, 'open').mockReturnValue(null);
    await openApp(aStatus({ openCheckout: aCheckout() }));
    await userEvent.click(screen.getByTestId('open-checkout-continue'));
    expect(open).toHaveBeenCalledWith('https://pay.test/checkout/1', '_top');
  });
});

it('says_when_the_browser_is_offline', async () => {
  await openApp();
  expect(screen.queryByTestId('offline')).toBeNull();
  const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  act(() => void window.dispatchEvent(new Event('offline')));
  const message = screen.getByTestId('offline').textContent;
  onLine.mockReturnValue(true);
  act(() => void window.dispatchEvent(new Event('online')));
  expect(message).toMatch(/You are offline/);
  expect(screen.queryByTestId('offline')).toBeNull();
});

describe('publishing', () => {
  const write = async (post: string) => {
    await userEvent.type(screen.getByTestId('post-text'), post);
    await userEvent.click(screen.getByTestId('post-submit'));
  };
  const accept = (job: Job) => {
    const seen: { key: string | null; body: unknown }[] = [];
    server.msw.use(
      onAutopost('publishText', ({ request, body }) => {
        seen.push({ key: request.headers.get('idempotency-key'), body });
        return ok({ jobId: job.jobId, credits: 1 }, 202);
      }),
      on('jobsShow', () => ok(job), { at: { jobId: 'job_1' } }),
    );
    return seen;
  };

  it('shows_a_post_live_from_start_to_result', async () => {
    const seen = accept(aJob({ status: 'queued', progressPercent: 0, currentStep: null }));
    await openApp();
    await connected();
    await write('Hello');
    expect((await screen.findByTestId('job-card')).dataset.status).toBe('queued');
    expect(seen).toEqual([
      { key: expect.stringMatching(/^[0-9a-f-]{36}$/), body: { text: 'Hello' } },
    ]);
    server.send('job', aJob({ progressPercent: 60, currentStep: 'Uploading' }));
    await waitFor(() => expect(text('job-percent')).toBe('60%'));
    expect(text('job-step')).toBe('Uploading');
    server.send(
      'job',
      aJob({ status: 'completed', progressPercent: 100, result: { url: 'https://net.test/1' } }),
    );
    await waitFor(() => expect(screen.getByTestId('job-card').dataset.status).toBe('completed'));
    expect(screen.getByTestId('job-result').getAttribute('href')).toBe('https://net.test/1');
    expect((screen.getByTestId('post-text') as HTMLTextAreaElement).value).toBe('');
  });

  it('tells_that_the_credit_came_back_when_the_job_fails', async () => {
    const seen = accept(aJob({ status: 'failed', error: { code: 'x', message: 'Refused.' } }));
    await openApp();
    await userEvent.click(screen.getByTestId('post-fail'));
    await write('Hello');
    expect((await screen.findByTestId('job-failure')).textContent).toContain('credit came back');
    expect(seen[0]?.body).toEqual({ text: 'Hello', simulate: 'fail' });
  });

  it('says_in_the_readers_language_why_the_job_failed', async () => {
    const error = { code: 'refused', message: 'The network refused the post.' };
    server.msw.use(
      on('jobsList', () => ok({ jobs: [aJob()] })),
      on('jobsShow', () => ok(aJob({ status: 'failed', error })), { at: { jobId: 'job_1' } }),
    );
    await openApp(aStatus(), 'instance=token-1&locale=de');
    expect((await screen.findByTestId('job-failure')).textContent).toContain(
      'Das Netzwerk hat den Beitrag abgelehnt.',
    );
  });

  it('refuses_an_empty_post_without_asking_the_server', async () => {
    const seen = accept(aJob());
    await openApp();
    await write('   ');
    expect(screen.getByTestId('post-text').getAttribute('aria-invalid')).toBe('true');
    expect(seen).toEqual([]);
  });

  it('repeats_an_unanswered_attempt_under_the_same_key_also_by_hand', async () => {
    fakeClock();
    const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
    const keys: (string | null)[] = [];
    server.msw.use(
      onAutopost('publishText', ({ request }) => {
        keys.push(request.headers.get('idempotency-key'));
        return keys.length <= 3 ? lost() : ok({ jobId: 'job_1', credits: 1 }, 202);
      }),
      on('jobsShow', () => ok(aJob()), { at: { jobId: 'job_1' } }),
    );
    await openApp();
    await user.type(screen.getByTestId('post-text'), 'Hello');
    await user.click(screen.getByTestId('post-submit'));
    await act(() => vi.advanceTimersByTimeAsync(5_000));
    await waitFor(() => expect(keys).toHaveLength(3));
    await screen.findByText(/could not be reached/);
    await user.click(screen.getByTestId('post-submit'));
    await screen.findByTestId('job-card');
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
  });

  it('points_to_the_plans_when_the_credits_are_used_up', async () => {
    server.msw.use(onAutopost('publishText', () => fail('insufficient_credits')));
    await openApp(aStatus({ credits: credits(1, 1) }));
    await write('Hello');
    const link = await screen.findByRole('link', { name: 'See plans' });
    expect(link.getAttribute('href')).toBe('/plans');
  });

  it('shows_a_job_again_that_was_running_when_the_page_was_reloaded', async () => {
    server.msw.use(on('jobsList', () => ok({ jobs: [aJob()] })));
    accept(aJob({ progressPercent: 40 }));
    await openApp();
    await waitFor(() => expect(text('job-percent')).toBe('40%'));
  });
});

describe('plans', () => {
  it('opens_from_the_navigation_keeping_the_session', async () => {
    await openApp(aStarterStatus());
    await userEvent.click(screen.getByTestId('nav-plans'));
    const current = await screen.findByTestId('plan-card-starter');
    expect(current.dataset.current).toBe('true');
    expect(window.location.pathname + window.location.search).toBe('/plans');
    expect(window.history.state).toMatchObject({ wixapp: { token: 'token-1' } });
  });

  it('says_why_a_checkout_could_not_be_opened', async () => {
    server.msw.use(on('billingCheckoutUrl', () => fail('wix_unavailable')));
    await openApp();
    await userEvent.click(screen.getByTestId('nav-plans'));
    await userEvent.click(await screen.findByTestId('upgrade-starter'));
    expect((await screen.findByTestId('toast')).textContent).toBe(
      'The checkout could not be opened.Request id: req_7',
    );
    expect(screen.getByTestId('upgrade-starter').textContent).toBe('Upgrade to Starter');
  });

  it('explains_where_a_downgrade_is_done', async () => {
    await openApp(aStarterStatus());
    await userEvent.click(screen.getByTestId('nav-plans'));
    await userEvent.click(await screen.findByTestId('downgrade-free'));
    const dialog = await screen.findByTestId('downgrade-dialog');
    expect(dialog.textContent).toContain('Manage Apps');
  });
});

describe('history', () => {
  it('lists_entries_page_by_page', async () => {
    server.msw.use(
      on('creditsHistory', ({ query }) => {
        const isSecond = query.get('cursor') === 'next';
        const entry = isSecond
          ? anEntry({
              entryId: 'ent_0',
              amount: 200,
              text: 'Install',
              reason: null,
              balanceAfter: 200,
            })
          : anEntry();
        return ok({ entries: [entry], nextCursor: isSecond ? null : 'next' });
      }),
    );
    await openApp();
    await userEvent.click(screen.getByTestId('nav-history'));
    const first = await screen.findByTestId('history-row');
    expect(within(first).getByText('+1,000')).toBeTruthy();
    await userEvent.click(screen.getByTestId('history-more'));
    await waitFor(() => expect(screen.getAllByTestId('history-row')).toHaveLength(2));
    expect(screen.queryByTestId('history-more')).toBeNull();
    expect(document.activeElement?.textContent).toBe('That is everything.');
  });

  it('offers_to_try_again_when_it_cannot_be_loaded', async () => {
    server.msw.use(on('creditsHistory', () => fail('invalid_request')));
    await openApp();
    await userEvent.click(screen.getByTestId('nav-history'));
    expect((await screen.findByTestId('request-id')).textContent).toContain('req_7');
  });
});

describe('coming back from a checkout', () => {
  const returned = 'instance=token-1&payment=success&checkout=chk_1';

  it('shows_the_purchase_and_cleans_the_address_when_done', async () => {
    server.msw.use(
      on('billingCheckoutReturn', () => ok(aCheckout({ status: 'completed', completedAt: NOW })), {
        at: { checkoutId: 'chk_1' },
      }),
      on('creditsHistory', () => ok({ entries: [anEntry()], nextCursor: null })),
    );
    await openApp(aStarterStatus(), returned);
    expect(await screen.findByText('Your balance went from 200 to 1,200')).toBeTruthy();
    await userEvent.click(screen.getByTestId('checkout-done'));
    expect(screen.queryByTestId('checkout-return')).toBeNull();
    expect(window.location.search).toBe('');
    await waitFor(() => expect(document.activeElement?.id).toBe('content'));
  });

  it('does_not_say_that_nothing_was_charged_while_it_still_waits_for_the_payment', async () => {
    server.msw.use(
      on('billingCheckoutReturn', () => ok(aCheckout()), { at: { checkoutId: 'chk_1' } }),
    );
    await openApp(aStatus({ openCheckout: aCheckout() }), returned);
    expect(screen.getByTestId('checkout-return').dataset.state).toBe('processing');
    await userEvent.click(screen.getByTestId('nav-plans'));
    await screen.findByTestId('plan-card-starter');
    await userEvent.click(screen.getByTestId('nav-overview'));
    expect(screen.getByTestId('checkout-return')).toBeTruthy();
    expect(screen.queryByTestId('open-checkout-banner')).toBeNull();
  });

  it('does_not_go_back_to_a_few_seconds_after_another_page', async () => {
    fakeClock();
    const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
    server.msw.use(
      on('billingCheckoutReturn', () => ok(aCheckout()), { at: { checkoutId: 'chk_1' } }),
    );
    await openApp(aStatus({ openCheckout: aCheckout() }), returned);
    const state = () => screen.getByTestId('checkout-return').dataset.state;
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(state()).toBe('waiting');
    await user.click(screen.getByTestId('nav-plans'));
    await screen.findByTestId('plan-card-starter');
    await user.click(screen.getByTestId('nav-overview'));
    expect(state()).toBe('waiting');
  });

  it('changes_nothing_for_a_forged_address', async () => {
    await openApp(aStatus(), 'instance=token-1&payment=success&plan=scale');
    expect(screen.getByTestId('checkout-return').dataset.state).toBe('unknown');
    expect([text('credits-available'), text('plan-name')]).toEqual(['200', 'Free']);
  });
});

it('tells_a_page_opened_outside_wix_where_to_open_it', async () => {
  openPage('');
  render(<App />);
  await screen.findByTestId('screen-missing');
  expect(screen.queryByTestId('nav-plans')).toBeNull();
});

it('leads_unknown_addresses_to_the_overview', async () => {
  window.history.replaceState(null, '', '/nowhere?instance=token-1');
  render(<App />);
  await screen.findByTestId('plan-name');
  expect(window.location.pathname).toBe('/');
});
