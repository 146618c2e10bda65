import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { UserStatus } from '@wixapp/react';
import {
  aFailedJob,
  anExplanation,
  aPlanList,
  aPreview,
  aStarterStatus,
  aUsage,
  fail,
  ok,
  on,
  openPage,
  someEntries,
  startTestServer,
  theNotices,
} from '@wixapp/react/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from './App';
import { AutopostServer } from './testing/autopost';
import { aPost, aProfile } from './testing/posts';
import { onAutopost } from './testing/routes';

const server = startTestServer();
const address = () => window.location.pathname + window.location.search;

async function openAt(path: string, status: UserStatus = aStarterStatus()) {
  server.status = status;
  openPage();
  const [place, query = ''] = path.split('?');
  window.history.replaceState(null, '', `${place}?instance=token-1&${query}`);
  render(<App />);
  await screen.findByTestId('app-ready');
}

beforeEach(() => {
  server.msw.use(
    onAutopost('networks', () => ok({ networks: [] })),
    on('billingPreview', () => ok(aPreview())),
    on('creditsUsage', () => ok(aUsage())),
    on('creditsHistory', () => ok({ entries: someEntries(), nextCursor: null })),
    on('creditsExplain', () => ok(anExplanation())),
    on('jobsShow', () => ok(aFailedJob()), { at: { jobId: 'job_3' } }),
  );
});
afterEach(() => localStorage.clear());

describe('an address opens what it names', () => {
  it.each([
    ['/plans?compare=1', 'comparison', '/plans'],
    ['/plans?to=free', 'downgrade-dialog', '/plans'],
    ['/history?kind=grant&entry=ent_2', 'entry-explanation', '/history?kind=grant'],
    ['/jobs?state=failed&job=job_3', 'job-dialog', '/jobs?state=failed'],
  ])('%s', async (path, opened, closed) => {
    await openAt(path);
    await screen.findByTestId(opened);
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByTestId(opened)).toBeNull());
    expect(address().replace(/&$|\?$/, '')).toBe(closed);
  });

  it('and_the_cycle_of_the_prices', async () => {
    await openAt('/plans?cycle=yearly');
    expect((await screen.findByTestId('plan-card-pro')).textContent).toContain('$24.17');
    await userEvent.click(screen.getByLabelText('Monthly'));
    await waitFor(() => expect(address()).toBe('/plans?cycle=monthly'));
    expect(screen.getByTestId('plan-card-pro').textContent).toContain('$29');
  });

  it('but_nothing_that_is_not_there', async () => {
    await openAt('/plans?to=scale&contact=pro');
    await screen.findByTestId('plan-card-pro');
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('the plan', () => {
  it.each([
    ['YEARLY', 'Yearly'],
    ['TWO_YEARS', 'Every 2 years'],
    ['THREE_YEARS', 'Every 3 years'],
    ['FOUR_YEARS', 'Every 4 years'],
    ['FIVE_YEARS', 'Every 5 years'],
    ['ONE_TIME', 'Paid once'],
    ['A_CYCLE_OF_TOMORROW', 'Other'],
  ])('says_how_it_is_paid_%s', async (billingCycle, name) => {
    const { subscription } = aStarterStatus();
    await openAt('/', aStarterStatus({ subscription: { ...subscription, billingCycle } }));
    expect((await screen.findByText('Billing')).closest('dl')?.textContent).toContain(name);
  });
});

describe('where the plans are paid', () => {
  const paidBy = (billingSource: 'wix' | 'stripe') =>
    server.msw.use(on('billingPlans', () => ok({ ...aPlanList('starter'), billingSource })));

  it.each([
    ['wix', 'en', /pay on Wix/, /handled by Wix\./],
    ['stripe', 'en', /pay on Stripe/, /handled by Stripe\./],
    ['stripe', 'de', /bei Stripe bezahlen/, /laufen über Stripe\./],
    ['stripe', 'he', /משלמים ב-Stripe/, /על ידי Stripe\./],
  ] as const)('is_named_on_the_page_of_the_plans: %s %s', async (source, locale, pay, handled) => {
    paidBy(source);
    await openAt(`/plans?locale=${locale}`);
    await screen.findByTestId('plan-card-pro');
    expect(screen.getByText(pay)).toBeTruthy();
    expect(screen.getByText(handled)).toBeTruthy();
  });

  it('is_named_where_a_payment_failed', async () => {
    paidBy('stripe');
    const { subscription } = aStarterStatus();
    const failing = { ...subscription, status: 'billing_issue' } as const;
    await openAt('/', aStarterStatus({ subscription: failing }));
    await waitFor(() =>
      expect(screen.getByTestId('billing-issue').textContent).toMatch(
        /^Stripe could not collect the last payment.*settled with Stripe\.$/,
      ),
    );
  });
});

describe('the end of a plan', () => {
  it.each([
    ['wix', 'en', /remove the app and its plan, use Apps → Manage Apps in Wix\.$/],
    ['stripe', 'en', /end the plan, choose a lower one.*Stripe’s page\./],
    ['stripe', 'de', /Tarif kündigen Sie.*Seite von Stripe\./],
    ['stripe', 'he', /לסיים את התוכנית.*לעמוד של Stripe\./],
  ] as const)('is_where_it_is_paid: %s %s', async (billingSource, locale, way) => {
    server.msw.use(on('billingPlans', () => ok({ ...aPlanList('starter'), billingSource })));
    await openAt(`/settings?locale=${locale}`);
    await userEvent.click(await screen.findByTestId('data-delete'));
    await screen.findByTestId('delete-dialog');
    await screen.findByText(way);
  });
});

describe('usage', () => {
  it('shows_as_many_days_as_the_address_says', async () => {
    const asked: string[] = [];
    server.msw.use(
      on('creditsUsage', ({ query }) => {
        asked.push(`${query.get('from')} ${query.get('to')}`);
        return ok(aUsage());
      }),
    );
    await openAt('/usage?days=7');
    await screen.findByTestId('usage-chart');
    await userEvent.click(screen.getByRole('link', { name: '90 days' }));
    await waitFor(() => expect(asked).toHaveLength(3));
    expect(address()).toBe('/usage?days=90');
    expect(asked).toEqual(
      expect.arrayContaining([
        '2026-11-15 2026-11-21',
        '2026-10-23 2026-11-21',
        '2026-08-24 2026-11-21',
      ]),
    );
  });

  it('says_that_the_forecast_could_not_be_loaded_and_tries_again', async () => {
    let isDown = true;
    server.msw.use(on('creditsUsage', () => (isDown ? fail('invalid_request') : ok(aUsage()))));
    await openAt('/usage?days=7');
    const [forecast, chart] = await waitFor(() => {
      const retries = screen.getAllByTestId('error-retry');
      expect(retries).toHaveLength(2);
      return retries;
    });
    isDown = false;
    await userEvent.click(forecast as HTMLElement);
    expect(await screen.findByTestId('usage-forecast')).toBeTruthy();
    await userEvent.click(chart as HTMLElement);
    expect(await screen.findByTestId('usage-chart')).toBeTruthy();
  });

  it('says_what_will_be_here_before_anything_was_spent', async () => {
    const nothing = { ...aUsage(), credits: 0, days: [] };
    server.msw.use(on('creditsUsage', () => ok(nothing)));
    await openAt('/usage');
    expect((await screen.findByTestId('empty-state')).textContent).toContain('Nothing used yet');
    expect(screen.getByTestId('usage-forecast').dataset.kind).toBe('idle');
  });
});

describe('settings', () => {
  it('saves_who_is_written_to_and_about_what', async () => {
    const saved: unknown[] = [];
    server.msw.use(
      on('settingsNoticesSave', ({ body }) => {
        saved.push(body);
        return ok(theNotices(body));
      }),
    );
    await openAt('/settings');
    await userEvent.type(await screen.findByTestId('notices-address'), ' maya@example.com ');
    await userEvent.click(screen.getByTestId('notices-planChanged'));
    await userEvent.selectOptions(screen.getByLabelText('Language of the e-mails'), 'Deutsch');
    await userEvent.click(screen.getByTestId('notices-save'));
    expect((await screen.findByTestId('toast')).textContent).toBe('Your notices are saved.');
    expect(document.activeElement).toBe(screen.getByTestId('notices-save'));
    expect((screen.getByTestId('notices-address') as HTMLInputElement).value).toBe(
      'maya@example.com',
    );
    expect(saved).toEqual([
      {
        address: 'maya@example.com',
        lowCredits: true,
        billingIssue: true,
        planChanged: false,
        creditsGranted: false,
        language: 'de',
      },
    ]);
  });

  it.each([
    ['en', 'Mails cannot be sent to this address. Check its spelling.'],
    ['de', 'An diese Adresse können keine E-Mails gehen. Prüfen Sie die Schreibweise.'],
    ['he', 'אי אפשר לשלוח אימיילים לכתובת הזו. נא לבדוק את האיות.'],
  ])('says_at_the_field_why_an_address_was_refused: %s', async (locale, says) => {
    server.msw.use(on('settingsNoticesSave', () => fail('invalid_request', '`address` is none.')));
    await openAt(`/settings?locale=${locale}`);
    const field = await screen.findByTestId('notices-address');
    await userEvent.type(field, 'maya');
    await userEvent.click(screen.getByTestId('notices-save'));
    await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
    expect(screen.getByTestId('notices-problem').textContent).toBe(says);
    expect(screen.queryByTestId('request-id')).toBeNull();
    await userEvent.type(field, '@example.com');
    expect(field.getAttribute('aria-invalid')).toBe('false');
  });

  it('names_the_request_where_it_cannot_say_why_it_failed', async () => {
    server.msw.use(
      on('settingsNoticesSave', () => fail('unavailable')),
      on('settingsDataDelete', () => fail('internal')),
    );
    await openAt('/settings');
    await userEvent.type(await screen.findByTestId('notices-address'), 'maya@example.com');
    await userEvent.click(screen.getByTestId('notices-save'));
    const problem = screen.getByTestId('notices-problem');
    await waitFor(() => expect(problem.textContent).toMatch(/Request id: req_7$/));
    await userEvent.click(screen.getByTestId('data-delete'));
    await userEvent.click(await screen.findByTestId('delete-understood'));
    await userEvent.click(screen.getByTestId('delete-now'));
    await waitFor(() =>
      expect(screen.getByTestId('delete-problem').textContent).toMatch(/Request id: req_7$/),
    );
  });

  it('says_that_no_mails_are_sent_where_none_are', async () => {
    server.msw.use(on('settingsNotices', () => ok(theNotices({}, false))));
    await openAt('/settings');
    expect(await screen.findByTestId('notices-unavailable')).toBeTruthy();
  });

  it('changes_the_language_of_all_pages', async () => {
    await openAt('/settings');
    await userEvent.selectOptions(await screen.findByTestId('language'), 'Deutsch');
    expect(screen.getByTestId('nav-jobs').textContent).toBe('Aufträge');
    expect([document.documentElement.lang, document.title]).toEqual([
      'de',
      'Einstellungen · Autopost',
    ]);
    await userEvent.selectOptions(screen.getByTestId('language'), 'עברית');
    expect(document.documentElement.dir).toBe('rtl');
  });

  it('gives_all_data_in_one_file_page_by_page', async () => {
    const blobs: Blob[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      blobs.push(blob as Blob);
      return 'blob:1';
    });
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
    const newest = someEntries().slice(0, 1);
    const older = someEntries().slice(1);
    server.msw.use(
      on('creditsHistory', ({ query }) =>
        query.get('cursor') === 'older'
          ? ok({ entries: older, nextCursor: null })
          : ok({ entries: newest, nextCursor: 'older' }),
      ),
    );
    const autopost = new AutopostServer();
    autopost.posts = [aPost()];
    autopost.profiles = [aProfile()];
    server.msw.use(...autopost.handlers());
    await openAt('/settings');
    await userEvent.click(await screen.findByTestId('data-export'));
    await waitFor(() => expect(blobs).toHaveLength(1));
    const data = JSON.parse((await blobs[0]?.text()) ?? '{}');
    const parts = ['exportedAt', 'status', 'notices', 'jobs', 'history', 'posts', 'profiles'];
    expect(Object.keys(data)).toEqual(parts);
    expect([data.posts, data.profiles]).toEqual([[aPost()], [aProfile()]]);
    expect(data.history).toEqual(someEntries());
    expect(JSON.stringify(data)).not.toContain('token-1');
  });

  it('names_the_installation_whose_data_it_is', async () => {
    await openAt('/settings');
    expect((await screen.findByTestId('copy-text')).textContent).toBe('inst_1');
  });

  describe('deletion', () => {
    const openDialog = async () => {
      await openAt('/settings');
      await userEvent.click(await screen.findByTestId('data-delete'));
      return screen.findByTestId('delete-dialog');
    };
    const answer = (status: 'ok' | 'out') => {
      let asked = 0;
      server.msw.use(
        on('settingsDataDelete', () => {
          asked += 1;
          return status === 'ok' ? ok({ cancelledJobs: 1, returnedHolds: 1 }) : fail('unavailable');
        }),
      );
      return () => asked;
    };

    it('happens_only_after_the_owner_said_that_it_is_understood', async () => {
      const asked = answer('ok');
      const dialog = await openDialog();
      expect(dialog.textContent).toMatch(/cannot be brought back.*Your plan goes on/);
      const button = screen.getByTestId('delete-now');
      await userEvent.click(button);
      expect(asked()).toBe(0);
      await userEvent.click(screen.getByTestId('delete-understood'));
      const polls = server.polls;
      await userEvent.click(button);
      expect((await screen.findByTestId('toast')).textContent).toBe('Your data is deleted.');
      await waitFor(() => expect(screen.queryByTestId('delete-dialog')).toBeNull());
      expect(asked()).toBe(1);
      // What is on the page was read before it.
      await waitFor(() => expect(server.polls).toBeGreaterThan(polls));
    });

    it('leaves_everything_when_the_dialog_is_closed_and_asks_again_the_next_time', async () => {
      const asked = answer('ok');
      await openDialog();
      await userEvent.click(screen.getByTestId('delete-understood'));
      await userEvent.click(screen.getByRole('button', { name: 'Keep my data' }));
      await waitFor(() => expect(screen.queryByTestId('delete-dialog')).toBeNull());
      await userEvent.click(screen.getByTestId('data-delete'));
      await userEvent.click(await screen.findByTestId('delete-now'));
      expect(asked()).toBe(0);
    });

    it('says_that_nothing_was_changed_when_it_fails', async () => {
      answer('out');
      await openDialog();
      await userEvent.click(screen.getByTestId('delete-understood'));
      await userEvent.click(screen.getByTestId('delete-now'));
      await waitFor(() =>
        expect(screen.getByTestId('delete-problem').textContent).toMatch(/Nothing was changed/),
      );
    });
  });
});

describe('the pricing page without the app', () => {
  it('shows_the_plans_and_leads_to_installing', async () => {
    window.history.replaceState(null, '', '/plans?cycle=yearly');
    render(<App />);
    await screen.findByTestId('public-pricing');
    expect(screen.getByTestId('plan-card-pro').textContent).toContain('$24.17');
    expect(screen.getByTestId('install').getAttribute('href')).toBe('https://market.test/app');
    expect([server.polls, server.connections, server.biEvents.length]).toEqual([0, 0, 0]);
    expect(document.title).toBe('Plans & credits · Autopost');
  });

  it('is_the_only_page_that_opens_without_it', async () => {
    window.history.replaceState(null, '', '/settings');
    render(<App />);
    await screen.findByTestId('screen-missing');
  });
});

it('tells_Wix_that_the_dashboard_was_opened_and_a_post_published', async () => {
  server.msw.use(onAutopost('publishText', () => ok({ jobId: 'job_3', credits: 1 }, 202)));
  await openAt('/');
  await waitFor(() => expect(server.biEvents).toEqual([{ eventName: 'APP_DASHBOARD_LOADED' }]));
  await userEvent.type(screen.getByTestId('post-text'), 'Hello');
  await userEvent.click(screen.getByTestId('post-submit'));
  await waitFor(() =>
    expect(server.biEvents[1]).toEqual({ eventName: 'PRIMARY_ACTION_PERFORMED' }),
  );
});

it('says_how_a_plan_that_is_not_renewed_ends', async () => {
  const { subscription } = aStarterStatus();
  const ends = { currentPeriodEnd: '2026-12-22T12:00:00Z', nextCycleAt: '2026-12-21T12:00:00Z' };
  await openAt(
    '/',
    aStarterStatus({
      subscription: { ...subscription, ...ends, status: 'cancelled', autoRenew: false },
    }),
  );
  expect(screen.getByText('Last credits')).toBeTruthy();
  expect(screen.getByTestId('auto-renew-off').textContent).toBe(
    'Auto-renewal is off. You keep Starter until Dec 22, 2026. Credits have a rhythm of their own, so the last ones arrive a little before that, on Dec 21, 2026.',
  );
  await waitFor(() =>
    expect(screen.getByTestId('afterwards').textContent).toBe('The free plan with 200 credits'),
  );
});
