import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/error.js';
import { useToast } from '../context/ToastProvider.js';
import { useWixContext } from '../context/WixContext.js';
import {
  aCheckout,
  aJob,
  anEntry,
  aPlanList,
  aStarterStatus,
  aStatus,
  credits,
  NOW,
} from '../testing/fixtures.js';
import { fail, ok, on, onLive } from '../testing/handle.js';
import { fakeClock, openPage, Providers } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { Announcement } from './Announcement.js';
import { CheckoutReturn } from './CheckoutReturn.js';
import { ConnectionStatus } from './ConnectionStatus.js';
import { CreditCard } from './CreditCard.js';
import { ErrorBoundary } from './ErrorBoundary.js';
import { ErrorScreen } from './ErrorScreen.js';
import { JobProgress } from './JobProgress.js';
import { PricingGrid } from './PricingGrid.js';
import { SessionGate } from './SessionGate.js';
import { ToastHost } from './ToastHost.js';

const server = startTestServer();
const show = (element: React.ReactElement) => render(element, { wrapper: Providers });
const at = (testId: string) => screen.findByTestId(testId);

let isBroken = false;

function Breakable() {
  if (isBroken) throw new Error('boom');
  return <p>works</p>;
}

function LiveState() {
  return <p data-testid="live">{useWixContext().live}</p>;
}

function Sayer() {
  const { show: say } = useToast();
  return (
    <button type="button" onClick={() => say('It broke', 'error')}>
      go
    </button>
  );
}

describe('CreditCard', () => {
  it('shows_the_balance_live_and_tells_it_to_screen_readers', async () => {
    openPage();
    show(
      <>
        <CreditCard />
        <LiveState />
      </>,
    );
    expect((await at('credits-available')).textContent).toBe('200');
    await waitFor(() => expect(screen.getByTestId('live').textContent).toBe('open'));
    server.send('status', aStarterStatus({ credits: { ...credits(1200, 2), held: 3 } }));
    await waitFor(() => expect(screen.getByTestId('credits-available').textContent).toBe('1,200'));
    expect(screen.getByTestId('credits-held').textContent).toBe('3');
    expect(await screen.findByText('1,200 credits available')).toBeTruthy();
  });

  it('says_once_for_the_free_plan_and_each_cycle_for_a_paid_one', async () => {
    openPage();
    show(
      <>
        <CreditCard />
        <LiveState />
      </>,
    );
    expect(await screen.findByText('200 credits to start with')).toBeTruthy();
    await waitFor(() => expect(screen.getByTestId('live').textContent).toBe('open'));
    server.send('status', aStarterStatus());
    expect(await screen.findByText('1,000 credits each cycle')).toBeTruthy();
  });

  it('says_nothing_of_free_credits_where_none_are_given', async () => {
    openPage();
    const free = aStatus();
    server.status = { ...free, plan: { ...free.plan, creditsPerCycle: 0 }, credits: credits(0, 1) };
    show(<CreditCard />);
    expect((await at('credits-available')).textContent).toBe('0');
    expect(screen.queryByText('to start with', { exact: false })).toBeNull();
  });

  it('names_bought_credits_and_debt_only_when_there_are_any', async () => {
    openPage();
    server.status = aStatus({
      credits: {
        ...credits(700, 1),
        byPool: { plan: 200, purchased: 500, promo: 0 },
        debt: 40,
      },
    });
    show(<CreditCard />);
    expect((await screen.findByText('bought separately', { exact: false })).textContent).toBe(
      '500 bought separately',
    );
    expect(screen.getByText('owed', { exact: false }).textContent).toBe('40 owed after a refund');
    expect(screen.queryByText('promotional', { exact: false })).toBeNull();
  });
});

describe('PricingGrid', () => {
  const onUpgrade = vi.fn();
  const onDowngrade = vi.fn();
  const grid = (current = 'starter', opening: string | null = null) =>
    show(
      <PricingGrid
        list={aPlanList(current)}
        openingPlanId={opening}
        onUpgrade={onUpgrade}
        onDowngrade={onDowngrade}
      />,
    );
  beforeEach(() => {
    openPage();
    onUpgrade.mockReset();
    onDowngrade.mockReset();
  });

  it('offers_the_current_plan_by_the_year_to_whoever_pays_it_by_the_month', async () => {
    const { rerender } = show(
      <PricingGrid
        list={aPlanList('starter')}
        paidCycle="MONTHLY"
        onUpgrade={onUpgrade}
        onDowngrade={onDowngrade}
      />,
    );
    expect(screen.queryByTestId('upgrade-starter')).toBeNull();
    await userEvent.click(screen.getByText('Yearly'));
    const button = screen.getByTestId('upgrade-starter');
    expect(button.textContent).toBe('Switch to yearly');
    await userEvent.click(button);
    expect(onUpgrade).toHaveBeenCalledWith(expect.objectContaining({ id: 'starter' }), 'YEARLY');
    rerender(
      <PricingGrid
        list={aPlanList('starter')}
        paidCycle="YEARLY"
        onUpgrade={onUpgrade}
        onDowngrade={onDowngrade}
      />,
    );
    expect(screen.queryByTestId('upgrade-starter')).toBeNull();
  });

  it.each([
    ['en', /^You pay by the year, .* choose “Yearly” above\.$/],
    ['de', /^Sie zahlen jährlich, .* Wählen Sie oben „Jährlich“\.$/],
    ['he', /^התשלום שלך שנתי, .* יש לבחור למעלה “שנתי”\.$/],
  ])('offers_upgrades_by_the_year_alone_to_whoever_pays_by_the_year: %s', async (locale, why) => {
    openPage(`instance=token-1&locale=${locale}`);
    const paid = (paidCycle: string) => (
      <PricingGrid
        list={aPlanList('starter')}
        paidCycle={paidCycle}
        onUpgrade={onUpgrade}
        onDowngrade={onDowngrade}
      />
    );
    const { rerender } = show(paid('YEARLY'));
    expect(screen.queryByTestId('upgrade-pro')).toBeNull();
    expect(screen.getByTestId('not-sold-pro').textContent).toMatch(why);
    const choices = screen.getAllByRole('radio') as HTMLInputElement[];
    await userEvent.click(choices.find(({ value }) => value === 'YEARLY') as HTMLInputElement);
    await userEvent.click(screen.getByTestId('upgrade-pro'));
    expect(onUpgrade).toHaveBeenCalledWith(expect.objectContaining({ id: 'pro' }), 'YEARLY');
    rerender(paid('TWO_YEARS'));
    expect(screen.queryByTestId('upgrade-pro')).toBeNull();
    expect(screen.getByTestId('not-sold-pro').textContent).not.toMatch(why);
  });

  it('marks_the_current_and_the_popular_plan', async () => {
    grid();
    const marks = ['free', 'starter', 'pro', 'scale'].map((id) => {
      const { current, popular } = screen.getByTestId(`plan-card-${id}`).dataset;
      return [current, popular];
    });
    expect(marks).toEqual([
      ['false', 'false'],
      ['true', 'false'],
      ['false', 'true'],
      ['false', 'false'],
    ]);
    expect(screen.getByTestId('plan-card-starter').getAttribute('aria-current')).toBe('true');
  });

  it('sells_only_higher_plans_in_the_chosen_cycle', async () => {
    grid();
    expect(screen.queryByTestId('upgrade-free')).toBeNull();
    expect(screen.queryByTestId('upgrade-starter')).toBeNull();
    await userEvent.click(screen.getByRole('radio', { name: /Yearly/ }));
    await userEvent.click(screen.getByTestId('upgrade-pro'));
    expect(onUpgrade).toHaveBeenCalledWith(expect.objectContaining({ id: 'pro' }), 'YEARLY');
  });

  it('shows_yearly_prices_as_months_with_the_saving', async () => {
    grid();
    const starter = within(screen.getByTestId('plan-card-starter'));
    expect(starter.getByText('$9')).toBeTruthy();
    expect(screen.getByText('Save 16%')).toBeTruthy();
    await userEvent.click(screen.getByRole('radio', { name: /Yearly/ }));
    expect(starter.getByText('$7.50')).toBeTruthy();
    expect(starter.getByText('per month, $90 billed yearly')).toBeTruthy();
  });

  it('explains_a_downgrade_instead_of_selling_it', async () => {
    grid();
    await userEvent.click(screen.getByTestId('downgrade-free'));
    expect(onDowngrade).toHaveBeenCalledWith(expect.objectContaining({ id: 'free' }));
    expect(onUpgrade).not.toHaveBeenCalled();
  });

  it('takes_no_second_order_while_a_checkout_opens', async () => {
    grid('free', 'starter');
    await userEvent.click(screen.getByTestId('upgrade-pro'));
    expect(onUpgrade).not.toHaveBeenCalled();
    expect(screen.getByTestId('upgrade-starter').textContent).toBe('Opening checkout…');
  });
});

describe('CheckoutReturn', () => {
  const onDone = vi.fn();
  beforeEach(() => {
    openPage();
    onDone.mockReset();
    server.msw.use(
      on('billingCheckoutReturn', () => ok(aCheckout()), { at: { checkoutId: 'chk_1' } }),
      on('billingCheckoutShow', () => ok(aCheckout()), { at: { checkoutId: 'chk_1' } }),
      on('billingCheckoutReturn', () => fail('not_found'), { at: { checkoutId: 'chk_x' } }),
    );
  });
  const state = (wanted: string) =>
    waitFor(() => expect(screen.getByTestId('checkout-return').dataset.state).toBe(wanted));
  const back = (payment: string, checkoutId: string | null) =>
    show(<CheckoutReturn payment={payment} checkoutId={checkoutId} onDone={onDone} />);

  it('goes_from_processing_to_the_new_balance', async () => {
    server.msw.use(on('creditsHistory', () => ok({ entries: [anEntry()], nextCursor: null })));
    back('success', 'chk_1');
    expect(await screen.findByText('Processing your payment for Starter')).toBeTruthy();
    await state('processing');
    await waitFor(() => expect(server.connections).toBe(1));
    server.send('status', aStarterStatus());
    server.send('checkout', aCheckout({ status: 'completed', completedAt: NOW }));
    await state('success');
    expect(await screen.findByText('Your balance went from 200 to 1,200')).toBeTruthy();
    await userEvent.click(screen.getByTestId('checkout-done'));
    expect(onDone).toHaveBeenCalled();
  });

  it.each([
    ['en', /nothing can be said about a payment.*receipt from Wix/, /charged/i],
    ['de', /Über eine Zahlung lässt sich deshalb nichts sagen.*Beleg von Wix/, /abgebucht/],
    ['he', /אי אפשר לומר דבר על תשלום.*הקבלה מ-Wix/, /חויבת/],
  ])('claims_nothing_about_a_payment_that_it_does_not_know: %s', async (locale, said, claim) => {
    openPage(`instance=token-1&locale=${locale}`);
    back('success', 'chk_x');
    await state('unknown');
    const { textContent } = screen.getByTestId('checkout-return');
    expect(textContent).toMatch(said);
    expect(textContent).not.toMatch(claim);
  });

  it.each([
    ['en', 'Not confirmed yet', /Reload the page in your browser/, /by themselves|keep watching/],
    ['de', 'Noch nicht bestätigt', /Laden Sie die Seite im Browser neu/, /von selbst|im Blick/],
    ['he', 'עדיין אין אישור', /לטעון את העמוד מחדש/, /מעצמם|ממשיכים/],
  ])('promises_nothing_once_the_session_is_over: %s', async (locale, title, way, promise) => {
    server.msw.use(
      on('billingCheckoutReturn', () => fail('token_expired'), { at: { checkoutId: 'chk_1' } }),
    );
    openPage(`instance=token-1&locale=${locale}`);
    back('success', 'chk_1');
    await state('unwatched');
    const card = screen.getByTestId('checkout-return');
    expect(card.querySelector('h2')?.textContent).toBe(title);
    expect(card.textContent).toMatch(way);
    expect(card.textContent).not.toMatch(promise);
    expect(card.querySelector('.wxa-return__steps')).toBeNull();
  });

  it('offers_to_continue_a_cancelled_checkout', async () => {
    const open = vi.spyOn(window, 'open').mockReturnValue(null);
    back('cancelled', 'chk_1');
    await state('cancelled');
    await userEvent.click(await at('checkout-resume'));
    expect(open).toHaveBeenCalledWith('https://pay.test/checkout/1', '_top');
  });

  it('admits_after_a_minute_that_it_is_still_waiting', async () => {
    fakeClock();
    back('success', 'chk_1');
    await state('processing');
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    await state('waiting');
    expect(screen.getByText(/nothing was charged/)).toBeTruthy();
  });

  it.each([
    ['wix', 'en', 'Wix confirms it', 'Still waiting for Wix'],
    ['stripe', 'en', 'Stripe confirms it', 'Still waiting for Stripe'],
    ['stripe', 'de', 'Stripe bestätigt', 'Wir warten noch auf Stripe'],
    ['stripe', 'he', 'Stripe מאשרת', 'עדיין ממתינים ל-Stripe'],
  ] as const)('names_who_confirms_the_payment: %s %s', async (source, locale, step, title) => {
    fakeClock();
    openPage(`instance=token-1&locale=${locale}`);
    server.msw.use(on('billingPlans', () => ok({ ...aPlanList(), billingSource: source })));
    back('success', 'chk_1');
    expect(await screen.findByText(step)).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    await state('waiting');
    expect(screen.getByText(title)).toBeTruthy();
  });
});

describe('JobProgress', () => {
  beforeEach(() => openPage());
  const card = () => screen.getByTestId('job-card');

  it('shows_percent_and_step_of_a_running_job', () => {
    show(
      <JobProgress job={aJob({ progressPercent: 40.4, currentStep: 'Uploading' })} title="Post" />,
    );
    expect(screen.getByTestId('job-percent').textContent).toBe('40%');
    expect(screen.getByTestId('job-step').textContent).toBe('Uploading');
    expect(card().dataset.status).toBe('processing');
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40');
  });

  it('says_a_step_in_the_words_of_the_page', () => {
    const stepName = (step: string) => (step === 'Uploading' ? 'Wird hochgeladen' : step);
    show(<JobProgress job={aJob({ currentStep: 'Uploading' })} title="Post" stepName={stepName} />);
    expect(screen.getByTestId('job-step').textContent).toBe('Wird hochgeladen');
  });

  it('links_to_the_result_when_done', () => {
    const job = aJob({
      status: 'completed',
      progressPercent: 100,
      result: { url: 'https://net.test/1' },
    });
    show(<JobProgress job={job} title="Post" />);
    const link = screen.getByRole('link');
    expect(link.getAttribute('href')).toBe('https://net.test/1');
    expect(link.getAttribute('rel')).toContain('noopener');
  });

  it('says_why_a_job_failed_and_that_the_credit_came_back', () => {
    const job = aJob({ status: 'failed', error: { code: 'x', message: 'The network refused.' } });
    show(<JobProgress job={job} title="Post" />);
    const alert = screen.getByTestId('job-failure');
    expect(alert.textContent).toBe('The network refused.The credit came back to your balance.');
  });
});

describe('Announcement', () => {
  it('is_silent_about_the_first_value_and_speaks_the_latest_of_a_burst', async () => {
    vi.useFakeTimers();
    const { rerender } = render(<Announcement text="1" pauseMs={500} />);
    rerender(<Announcement text="2" pauseMs={500} />);
    await act(() => vi.advanceTimersByTimeAsync(300));
    rerender(<Announcement text="3" pauseMs={500} />);
    expect(screen.getByRole('status').textContent).toBe('');
    await act(() => vi.advanceTimersByTimeAsync(200));
    expect(screen.getByRole('status').textContent).toBe('3');
  });
});

describe('ErrorScreen', () => {
  const error = (status: number, code: string) =>
    new ApiError({ status, code, message: 'A sentence.', requestId: 'req_9' });

  it('offers_to_try_again_and_names_the_request', async () => {
    const retry = vi.fn();
    show(<ErrorScreen error={error(503, 'unavailable')} onRetry={retry} />);
    expect(screen.getByText('A sentence.')).toBeTruthy();
    expect(screen.getByTestId('request-id').textContent).toBe('Request id: req_9');
    await userEvent.click(screen.getByTestId('error-retry'));
    expect(retry).toHaveBeenCalled();
  });

  it('asks_to_reload_when_the_session_is_over_because_a_retry_cannot_help', () => {
    show(<ErrorScreen error={error(401, 'token_expired')} onRetry={vi.fn()} />);
    expect(screen.getByText('Please reload the page')).toBeTruthy();
    expect(screen.queryByTestId('error-retry')).toBeNull();
  });

  it('tells_a_lost_connection_apart', () => {
    show(<ErrorScreen error={error(0, 'network')} />);
    expect(screen.getByText('No connection')).toBeTruthy();
  });
});

describe('ErrorBoundary', () => {
  beforeEach(() => openPage());
  it('keeps_a_crash_to_its_part_and_recovers_by_trying_again', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    isBroken = true;
    const onError = vi.fn();
    show(
      <ErrorBoundary onError={onError}>
        <Breakable />
      </ErrorBoundary>,
    );
    expect(screen.getByRole('alert').textContent).not.toContain('boom');
    expect(onError).toHaveBeenCalledOnce();
    isBroken = false;
    await userEvent.click(screen.getByTestId('error-retry'));
    expect(screen.getByText('works')).toBeTruthy();
  });

  it('tries_again_by_itself_when_it_shows_something_else_and_keeps_a_new_crash', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const onError = vi.fn();
    const at = (path: string) => (
      <ErrorBoundary resetKey={path} onError={onError}>
        <Breakable />
      </ErrorBoundary>
    );
    isBroken = true;
    const { rerender } = show(at('/one'));
    isBroken = false;
    rerender(at('/one'));
    expect(screen.getByRole('alert')).toBeTruthy();
    rerender(at('/two'));
    expect(screen.getByText('works')).toBeTruthy();
    isBroken = true;
    rerender(at('/three'));
    expect(screen.getByRole('alert')).toBeTruthy();
    expect(onError).toHaveBeenCalledTimes(2);
    isBroken = false;
  });
});

describe('SessionGate', () => {
  const gate = () => show(<SessionGate loading={<p>loading</p>}>inside</SessionGate>);

  it('sends_a_page_opened_outside_wix_to_the_dashboard', () => {
    openPage('locale=en');
    gate();
    expect(screen.getByTestId('screen-missing').textContent).toContain('Wix dashboard');
  });

  it('shows_what_somebody_without_the_app_may_see', () => {
    openPage('locale=en');
    show(
      <SessionGate loading={<p>loading</p>} missing={<p>plans</p>}>
        inside
      </SessionGate>,
    );
    expect(screen.getByText('plans')).toBeTruthy();
    expect(screen.queryByTestId('screen-missing')).toBeNull();
  });

  it('asks_to_reload_when_the_token_is_expired', async () => {
    server.msw.use(
      on('userStatus', () => fail('token_expired')),
      onLive(() => fail('token_expired')),
    );
    openPage();
    gate();
    expect(screen.getByText('loading')).toBeTruthy();
    expect((await at('screen-session-over')).textContent).toContain('reload');
  });

  it('lets_only_owners_in', async () => {
    server.msw.use(
      on('userStatus', () => fail('forbidden')),
      onLive(() => fail('forbidden')),
    );
    openPage();
    gate();
    await at('screen-forbidden');
  });

  it('recovers_from_a_failed_first_load_by_trying_again', async () => {
    server.streamWorks = false;
    server.msw.use(on('userStatus', () => fail('invalid_request'), { once: true }));
    openPage();
    gate();
    await userEvent.click(await at('error-retry'));
    expect(await screen.findByText('inside')).toBeTruthy();
  });
});

describe('ConnectionStatus', () => {
  it('mentions_lost_live_updates_only_when_they_stay_lost', async () => {
    fakeClock();
    openPage();
    server.streamWorks = false;
    show(<ConnectionStatus />);
    expect((await at('connection-status')).textContent).toBe('Connected to Wix');
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    await waitFor(() =>
      expect(screen.getByTestId('connection-status').textContent).toMatch(/Reconnecting/),
    );
  });

  it('claims_no_connection_while_the_browser_has_none', async () => {
    openPage();
    show(<ConnectionStatus />);
    const status = await at('connection-status');
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    act(() => void window.dispatchEvent(new Event('offline')));
    expect([status.textContent, status.dataset.troubled]).toEqual(['No connection', 'true']);
    onLine.mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event('online')));
    expect([status.textContent, status.dataset.troubled]).toEqual(['Connected to Wix', 'false']);
  });
});

describe('ToastHost', () => {
  it('shows_an_error_as_an_alert_until_it_is_closed', async () => {
    show(
      <>
        <Sayer />
        <ToastHost />
      </>,
    );
    await userEvent.click(screen.getByText('go'));
    expect(screen.getByRole('alert').textContent).toBe('It broke');
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
