import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InstalledPlan, Invoice, PlatformState, TimelineRecord } from './api/types';
import { USUAL } from './lab/chaos';
import {
  checkout,
  clockState,
  delivery,
  deliveryDetail,
  FakePlatform,
  NOW,
  openPage,
  platformState,
  record,
  requestRecord,
} from './testing/platform';

const STARTER: InstalledPlan = {
  planId: 'starter',
  productId: 'starter',
  name: 'Starter',
  billingCycle: 'MONTHLY',
  startedAt: NOW,
  periodEnd: '2026-12-21T12:00:00.000Z',
  autoRenew: true,
  status: 'active',
  price: '9.00',
  currency: 'USD',
  invoiceId: 'inv_1',
  cardFails: false,
  unpaidInvoiceId: null,
};

let platform: FakePlatform;
let state: PlatformState;

function site() {
  const [first] = state.sites;
  if (!first) throw new Error('the platform has a site');
  return first;
}

function invoice(change: Partial<Invoice>): Invoice {
  return {
    invoiceId: 'inv_1',
    productId: 'starter',
    billingCycle: 'MONTHLY',
    price: '9.00',
    currency: 'USD',
    at: NOW,
    renewal: false,
    status: 'PAID',
    couponName: null,
    ...change,
  };
}

function installed(plan: InstalledPlan | null) {
  site().install = { instanceId: 'inst1', installedAt: NOW, removed: false, plan };
}

beforeEach(() => {
  sessionStorage.clear();
  state = platformState();
  platform = new FakePlatform()
    .on('GET state', () => ({ body: state }))
    .on('GET clock', { body: clockState() })
    .on('GET deliveries', { body: { deliveries: [] } })
    .install();
});

describe('App Market', () => {
  it('installs only after the permissions are confirmed, then opens the app', async () => {
    platform
      .on('POST sites/site1/install', () => {
        installed(null);
        return { body: site() };
      })
      .on('GET sites/site1/app-frame', { body: { url: 'about:blank' } });
    openPage('/dashboard/site1/app-market');
    await userEvent.click(await screen.findByTestId('market-app-card'));
    await userEvent.click(await screen.findByTestId('install-app'));
    expect(platform.requests('POST sites/site1/install')).toHaveLength(0);
    await userEvent.click(screen.getByTestId('confirm-install'));
    await screen.findByTestId('nav-app');
    const [request] = platform.requests('POST sites/site1/install');
    expect(request?.headers.get('X-Emulator')).toBe('1');
  });

  it('says why an install failed and can be closed', async () => {
    platform.on('POST sites/site1/install', {
      status: 409,
      body: { error: 'conflict', message: 'The app is being removed.' },
    });
    openPage('/dashboard/site1/app-market/app1');
    await userEvent.click(await screen.findByTestId('install-app'));
    await userEvent.click(screen.getByTestId('confirm-install'));
    expect(await screen.findByText('The app is being removed.')).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(screen.queryByTestId('confirm-install')).toBeNull();
  });
});

describe('app page', () => {
  it('hands the payment parameters of its own address on to the app', async () => {
    installed(null);
    const asked = vi.fn();
    const answer = globalThis.fetch;
    vi.stubGlobal('fetch', (input: string, init: RequestInit) => {
      asked(String(input));
      return answer(input, init);
    });
    openPage('/dashboard/site1/app/app1?payment=success&checkout=chk_1');
    await waitFor(() =>
      expect(asked).toHaveBeenCalledWith(
        '/_emulator/sites/site1/app-frame?payment=success&checkout=chk_1',
      ),
    );
  });

  it('opens the app where its own address says', async () => {
    installed(null);
    const url = 'http://127.0.0.1:4101/?instance=sig.data&kind=grant';
    platform.on('GET sites/site1/app-frame', { body: { url } });
    openPage('/dashboard/site1/app/app1/history?kind=grant#top');
    const frame = await screen.findByTestId('app-frame');
    expect(frame.getAttribute('src')).toBe(
      'http://127.0.0.1:4101/history?instance=sig.data&kind=grant#top',
    );
  });

  it.each(['/..%2fx', '//evil.example', '/%252e%252e/x', `/${'a'.repeat(3_000)}`])(
    'opens nothing for %s behind it',
    async (rest) => {
      installed(null);
      openPage(`/dashboard/site1/app/app1${rest}`);
      expect(await screen.findByText('No such page')).toBeDefined();
      expect(screen.queryByTestId('app-frame')).toBeNull();
      expect(platform.requests('GET sites/site1/app-frame')).toHaveLength(0);
    },
  );

  it('refuses to frame what is no web address', async () => {
    installed(null);
    platform.on('GET sites/site1/app-frame', { body: { url: 'javascript:alert(1)' } });
    openPage('/dashboard/site1/app/app1');
    expect(await screen.findByText('autopost cannot be opened')).toBeDefined();
    expect(screen.queryByTestId('app-frame')).toBeNull();
  });
});

describe('Manage Apps', () => {
  it('turns auto-renewal off after a confirmation', async () => {
    installed(STARTER);
    platform.on('POST instances/inst1/auto-renew', () => {
      installed({ ...STARTER, autoRenew: false, status: 'cancelled' });
      return { body: site() };
    });
    openPage('/dashboard/site1/manage-apps');
    expect((await screen.findByTestId('manage-plan')).textContent).toContain('Renews');
    await userEvent.click(screen.getByTestId('auto-renew-off'));
    await userEvent.click(screen.getByTestId('confirm'));
    await screen.findByTestId('auto-renew-on');
    expect(screen.getByTestId('manage-plan').textContent).toContain('Access until');
    const [request] = platform.requests('POST instances/inst1/auto-renew');
    expect(request?.body).toEqual({ enabled: false });
  });

  it('lets an open invoice be paid, and a paid one be given back with the plan', async () => {
    installed({ ...STARTER, status: 'unpaid', unpaidInvoiceId: 'inv_2', nextPlan: 'Basic' });
    const open = invoice({ invoiceId: 'inv_2', status: 'PAYMENT_FAILED', renewal: true });
    platform
      .on('GET instances/inst1/invoices', { body: { invoices: [open, invoice({})] } })
      .on('POST invoices/inv_2/pay', { body: { ...open, status: 'PAID' } })
      .on('POST invoices/inv_1/refund', {
        status: 409,
        body: { error: 'invoice_not_paid', message: 'The money is not there any more.' },
      });
    openPage('/dashboard/site1/manage-apps');
    await userEvent.click(await screen.findByTestId('invoice-pay'));
    expect(platform.requests('POST invoices/inv_2/pay')).toHaveLength(1);
    expect(screen.getByTestId('next-plan').textContent).toContain('Basic');
    await userEvent.click(screen.getByTestId('invoice-refund'));
    await userEvent.click(screen.getByLabelText(/End the Starter plan/));
    await userEvent.click(screen.getByTestId('confirm'));
    expect(await screen.findByText('The money is not there any more.')).toBeDefined();
    expect(platform.requests('POST invoices/inv_1/refund')[0]?.body).toEqual({ endPlan: true });
  });

  it('opens a checkout for the chosen plan and cycle', async () => {
    installed(STARTER);
    platform
      .on('POST instances/inst1/checkout', { body: checkout() })
      .on('GET checkout/tok1', { body: checkout() });
    openPage('/dashboard/site1/manage-apps');
    await userEvent.click(await screen.findByTestId('switch-plan'));
    await userEvent.click(screen.getByLabelText('Yearly'));
    await userEvent.click(screen.getByLabelText(/^Starter, \$90/));
    await userEvent.click(screen.getByTestId('confirm'));
    await screen.findByTestId('checkout-page');
    const [order] = platform.requests('POST instances/inst1/checkout');
    expect(order?.body).toEqual({ productId: 'starter', billingCycle: 'YEARLY' });
  });

  it('sells no plan again that the site has, and the same plan by the year', async () => {
    installed(STARTER);
    state.plans.shift();
    openPage('/dashboard/site1/manage-apps');
    await userEvent.click(await screen.findByTestId('switch-plan'));
    const running = screen.getByLabelText(/^Starter, \$9\.00 .* what the site has now$/);
    expect(running.hasAttribute('disabled')).toBe(true);
    expect(screen.getByTestId('confirm').getAttribute('aria-disabled')).toBe('true');
    await userEvent.click(screen.getByLabelText('Yearly'));
    expect(screen.getByLabelText(/^Starter, \$90\.00 .*year$/).hasAttribute('disabled')).toBe(
      false,
    );
    expect(screen.getByTestId('confirm').getAttribute('aria-disabled')).not.toBe('true');
  });

  it('takes back the choice of a lower plan by choosing the one that runs', async () => {
    installed({ ...STARTER, nextPlan: 'Basic' });
    openPage('/dashboard/site1/manage-apps');
    await userEvent.click(await screen.findByTestId('switch-plan'));
    expect(screen.getByLabelText(/^Starter, \$9\.00/).hasAttribute('disabled')).toBe(false);
  });

  it('refuses days of a trial that are none before anything is sent', async () => {
    installed(null);
    platform.on('GET app/settings', {
      body: { externalPricingPage: true, trialDays: null, permissions: [], knownPermissions: [] },
    });
    openPage('/dashboard/site1/manage-apps');
    await userEvent.click(await screen.findByTestId('app-settings'));
    const days = screen.getByTestId('trial-days');
    for (const text of ['soon', '0', '366', '1.5', '-3', '1e2']) {
      await userEvent.clear(days);
      await userEvent.type(days, text);
      await userEvent.click(screen.getByTestId('save-settings'));
      expect(screen.getByText(/^A whole number of days from 1 to 365/).role).toBe('alert');
      expect(document.activeElement).toBe(days);
    }
    await userEvent.type(days, '4');
    expect(screen.queryByText(/^A whole number/)).toBeNull();
    expect(platform.requests('POST app/settings')).toHaveLength(0);
  });

  it('gives the site to somebody else, and leads to its copy', async () => {
    installed(null);
    platform
      .on('POST sites/site1/transfer', (owner) => {
        const { name, email } = owner as { name: string; email: string };
        Object.assign(site(), { ownerName: name, ownerEmail: email });
        return { body: site() };
      })
      .on('POST sites/site1/duplicate', () => {
        const copy = { ...site(), siteId: 'site2', name: 'Sunrise Bakery (copy)' };
        state.sites.push(copy);
        return { body: copy };
      });
    openPage('/dashboard/site1/manage-apps');
    await userEvent.click(await screen.findByTestId('transfer-site'));
    await userEvent.type(screen.getByTestId('owner-name'), 'Grace Hopper');
    await userEvent.type(screen.getByTestId('owner-email'), 'grace@example.com');
    await userEvent.click(screen.getByTestId('confirm'));
    await waitFor(() => expect(screen.getByTestId('site-owner').textContent).toBe('Grace Hopper'));
    await userEvent.click(screen.getByTestId('duplicate-site'));
    await waitFor(() =>
      expect(screen.getByTestId('site-name').textContent).toBe('Sunrise Bakery (copy)'),
    );
  });

  it('saves the app’s trial and permissions, and says why it does not', async () => {
    const known = [
      { id: 'MANAGE-YOUR-APP', name: 'Manage Your App' },
      { id: 'READ-SECRETS', name: 'Read Secrets' },
    ];
    const settings = { externalPricingPage: true, trialDays: null, permissions: ['READ-SECRETS'] };
    platform
      .on('GET app/settings', { body: { ...settings, knownPermissions: known } })
      .on('POST app/settings', (draft) =>
        (draft as { trialDays: number }).trialDays === 14
          ? { body: { ...(draft as object), knownPermissions: known } }
          : {
              status: 422,
              body: { error: 'invalid_request', message: 'A trial cannot be that long here.' },
            },
      );
    openPage('/dashboard/site1/manage-apps');
    await userEvent.click(await screen.findByTestId('app-settings'));
    await userEvent.type(screen.getByTestId('trial-days'), '300');
    await userEvent.click(screen.getByTestId('save-settings'));
    expect(await screen.findByText('A trial cannot be that long here.')).toBeDefined();
    await userEvent.clear(screen.getByTestId('trial-days'));
    await userEvent.type(screen.getByTestId('trial-days'), '14');
    await userEvent.click(screen.getByLabelText('Read Secrets'));
    await userEvent.click(screen.getByLabelText('Manage Your App'));
    await userEvent.click(screen.getByTestId('save-settings'));
    expect(await screen.findByText('Saved.')).toBeDefined();
    expect(platform.requests('POST app/settings').at(-1)?.body).toEqual({
      externalPricingPage: true,
      trialDays: 14,
      permissions: ['MANAGE-YOUR-APP'],
    });
  });

  it('shows what an app that is paid by use charged', async () => {
    installed(STARTER);
    const line = {
      lineId: 'l1',
      description: 'Posts',
      amount: '2.50',
      currency: 'USD',
      periodStart: NOW,
      periodEnd: NOW,
      state: 'REJECTED',
      reasons: ['CHARGE_LIMIT_EXCEEDED'],
      at: NOW,
    };
    platform.on('GET instances/inst1/charges', {
      body: { enabled: true, chargeLimit: '2.00', charges: [line] },
    });
    openPage('/dashboard/site1/manage-apps');
    expect((await screen.findByTestId('charge')).textContent).toContain('CHARGE_LIMIT_EXCEEDED');
    expect(screen.getByTestId('charge-now')).toBeDefined();
  });

  it('shows every invoice, the newest first', async () => {
    installed({ ...STARTER, invoiceId: 'inv_2' });
    const paid = invoice({});
    platform.on('GET instances/inst1/invoices', {
      body: {
        invoices: [
          { ...paid, invoiceId: 'inv_2', at: '2026-12-21T12:00:00.000Z', renewal: true },
          { ...paid, invoiceId: 'inv_1', at: NOW, renewal: false },
        ],
      },
    });
    openPage('/dashboard/site1/manage-apps');
    const rows = (await screen.findAllByTestId('invoice')).map((row) => row.textContent);
    expect(rows[0]).toContain('inv_2Starter, monthly, renewal');
    expect(rows[1]).toContain('inv_1Starter, monthly');
    expect(rows).toHaveLength(2);
  });
});

describe('clock', () => {
  it('moves by the chosen step and tells what happened', async () => {
    platform.on('POST clock/advance', {
      body: { now: NOW, offsetMs: 30 * 86_400_000, deliveries: 2, renewals: 1, appEvents: 0 },
    });
    openPage('/dashboard/site1/app-market');
    await userEvent.click(await screen.findByTestId('clock-chip'));
    await userEvent.click(await screen.findByTestId('clock-advance-30d'));
    const result = await screen.findByTestId('clock-result');
    expect(result.textContent).toBe('Moved 30 days; 1 renewal, 2 deliveries.');
    expect(platform.requests('POST clock/advance')[0]?.body).toEqual({ duration: '30d' });
  });

  it('does not send a custom duration that makes no sense', async () => {
    openPage('/dashboard/site1/app-market');
    await userEvent.click(await screen.findByTestId('clock-chip'));
    await userEvent.type(await screen.findByTestId('clock-advance-custom'), '-1');
    await userEvent.click(screen.getByTestId('clock-advance-submit'));
    expect(await screen.findByText('Enter a whole number.')).toBeDefined();
    expect(platform.requests('POST clock/advance')).toHaveLength(0);
  });
});

describe('checkout', () => {
  it('takes a coupon and says why it does not', async () => {
    const open = { ...checkout(), testCheckout: false, dueToday: '9.00' };
    const coupon = { code: 'WELCOME20', name: 'Welcome', percentOff: 20 };
    platform.on('GET checkout/tok1', { body: open }).on('POST checkout/tok1/coupon', (body) =>
      (body as { code: string }).code === 'WELCOME20'
        ? { body: { ...open, coupon, dueToday: '7.20' } }
        : {
            status: 422,
            body: { error: 'unknown_coupon', message: 'There is no coupon with this code.' },
          },
    );
    openPage('/checkout/tok1');
    await userEvent.type(await screen.findByTestId('coupon-code'), 'NOPE');
    await userEvent.click(screen.getByTestId('apply-coupon'));
    expect(await screen.findByText('There is no coupon with this code.')).toBeDefined();
    await userEvent.clear(screen.getByTestId('coupon-code'));
    await userEvent.type(screen.getByTestId('coupon-code'), 'WELCOME20');
    await userEvent.click(screen.getByTestId('apply-coupon'));
    expect((await screen.findByTestId('coupon')).textContent).toContain('20 % off');
    expect(screen.getByRole('button', { name: /Pay \$7\.20/ })).toBeDefined();
  });

  it('sells what is bought once as no plan', async () => {
    const order = { ...checkout(), planName: '100 credits', billingCycle: 'ONE_TIME' };
    platform.on('GET checkout/tok1', { body: { ...order, testCheckout: false } });
    const { container } = openPage('/checkout/tok1');
    expect(await screen.findByRole('heading', { name: 'Buy 100 credits' })).toBeDefined();
    expect(container.textContent).toContain('One-time payment');
    expect(container.textContent).not.toMatch(/\bplan\b/i);
  });

  it('says that a trial costs nothing today, and when a lower plan begins', async () => {
    const offer = { ...checkout(), testCheckout: false };
    platform.on('GET checkout/tok1', { body: { ...offer, trialDays: 14 } });
    const { unmount } = openPage('/checkout/tok1');
    expect((await screen.findByTestId('trial')).textContent).toContain('14 days');
    expect(screen.getByRole('button', { name: 'Start free trial' })).toBeDefined();
    unmount();
    platform.on('GET checkout/tok1', { body: { ...offer, beginsAt: NOW } });
    openPage('/checkout/tok1');
    await screen.findByTestId('begins');
    expect(screen.getByRole('button', { name: 'Switch plan' })).toBeDefined();
  });

  it('shows a declined card as an error and keeps what was typed', async () => {
    platform.on('GET checkout/tok1', { body: checkout() }).on('POST checkout/tok1/pay', {
      status: 402,
      body: { error: 'card_declined', message: 'The card was declined. Try another card.' },
    });
    openPage('/checkout/tok1');
    await userEvent.type(await screen.findByTestId('card-number'), '4000000000000002');
    await userEvent.type(screen.getByTestId('card-expiry'), '1228');
    await userEvent.type(screen.getByTestId('card-cvc'), '123');
    await userEvent.type(screen.getByTestId('card-name'), 'Ada Lovelace');
    await userEvent.click(screen.getByTestId('pay'));
    const error = await screen.findByTestId('checkout-error');
    expect(error.textContent).toBe('The card was declined. Try another card.');
    expect(screen.getByTestId('card-number')).toHaveProperty('value', '4000 0000 0000 0002');
    expect(platform.requests('POST checkout/tok1/pay')[0]?.body).toEqual({
      cardNumber: '4000000000000002',
      expiry: '12/28',
      cvc: '123',
      name: 'Ada Lovelace',
    });
    const assign = vi.spyOn(window.location, 'assign').mockImplementation(() => {});
    await userEvent.click(screen.getByTestId('checkout-cancel'));
    const declined = checkout().cancelUrl.replace('payment=cancelled', 'payment=declined');
    expect(assign).toHaveBeenCalledWith(declined);
  });

  it('names what is missing and sends nothing', async () => {
    platform.on('GET checkout/tok1', { body: checkout() });
    openPage('/checkout/tok1');
    await userEvent.click(await screen.findByTestId('pay'));
    const number = screen.getByTestId('card-number');
    expect(number.getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(number);
    expect(screen.getByText('Enter the security code.')).toBeDefined();
    expect(platform.requests('POST checkout/tok1/pay')).toHaveLength(0);
  });

  it('stays open when the payer leaves, so that the app can offer it again', async () => {
    const assign = vi.spyOn(window.location, 'assign').mockImplementation(() => {});
    platform.on('GET checkout/tok1', { body: checkout() });
    openPage('/checkout/tok1');
    await userEvent.click(await screen.findByTestId('checkout-cancel'));
    expect(assign).toHaveBeenCalledWith(checkout().cancelUrl);
    expect(platform.requests('POST checkout/tok1/cancel')).toHaveLength(0);
  });

  it('shows that the page has expired when that is found out while paying', async () => {
    const known = checkout();
    platform
      .on('GET checkout/tok1', () => ({ body: known }))
      .on('POST checkout/tok1/pay', () => {
        known.status = 'expired';
        return { status: 410, body: { error: 'checkout_expired', message: 'Too late.' } };
      });
    openPage('/checkout/tok1');
    await userEvent.click(await screen.findByRole('button', { name: /^Pays …4242/ }));
    await userEvent.click(screen.getByTestId('pay'));
    expect(await screen.findByText('This checkout has expired')).toBeDefined();
    expect(screen.queryByTestId('pay')).toBeNull();
  });
});

describe('inspector', () => {
  const failed = record({
    recordId: 'rec_3',
    title: 'PaidPlanPurchased → no answer within 1,250 ms',
    outcome: 'failed',
    deliveryId: 'dlv_2',
    detail: { eventType: 'PaidPlanPurchased', state: 'retrying', attempt: 1, chaos: 'slow' },
  });
  let lines: TimelineRecord[];

  beforeEach(() => {
    lines = [failed, requestRecord(), record()];
    platform
      .on('GET timeline', () => ({ body: { records: lines, appAnswers: true } }))
      .on('GET deliveries/dlv_1', { body: deliveryDetail() });
  });

  it('filters by kind and outcome and says when nothing matches', async () => {
    openPage('/inspector');
    expect(await screen.findAllByTestId('delivery-row')).toHaveLength(2);
    expect(screen.getAllByTestId('timeline-row')).toHaveLength(1);
    await userEvent.click(screen.getByTestId('kind-delivery'));
    expect(screen.queryByTestId('timeline-row')).toBeNull();
    await userEvent.click(screen.getByLabelText('Failures only'));
    const rows = screen.getAllByTestId('delivery-row');
    expect(rows.map((row) => row.getAttribute('data-event-type'))).toEqual(['PaidPlanPurchased']);
    expect(rows[0]?.textContent).toContain('chaos: slow');
    await userEvent.type(screen.getByLabelText('Search the time line'), 'nowhere');
    expect(screen.getByText('Nothing matches the filter')).toBeDefined();
  });

  it('shows the decoded payload and resends the same delivery five times', async () => {
    platform.on('POST deliveries/dlv_1/resend', {
      body: { deliveries: Array.from({ length: 5 }, () => delivery()) },
    });
    openPage('/inspector');
    const [, row] = await screen.findAllByTestId('delivery-row');
    if (!row) throw new Error('two rows are shown');
    await userEvent.click(within(row).getByRole('button'));
    expect((await screen.findByTestId('decoded-payload')).textContent).toContain('"appId": "app1"');
    await userEvent.click(screen.getByTestId('resend-5'));
    expect(await screen.findByText('Sent 5 times more.')).toBeDefined();
    expect(platform.requests('POST deliveries/dlv_1/resend')[0]?.body).toEqual({ times: 5 });
  });

  it('opens on the delivery that the home page links to, and closes it', async () => {
    platform.on('GET deliveries', { body: { deliveries: [delivery()] } });
    openPage('/dashboard/site1/home');
    await userEvent.click(await screen.findByRole('link', { name: delivery().eventType }));
    expect((await screen.findByTestId('decoded-payload')).textContent).toContain('"appId": "app1"');
    const [other, row] = screen.getAllByTestId('delivery-row');
    if (!other || !row) throw new Error('two rows are shown');
    const pressed = (line: HTMLElement) =>
      within(line).getByRole('button').getAttribute('aria-pressed');
    expect([pressed(other), pressed(row)]).toEqual(['false', 'true']);
    await userEvent.click(screen.getByRole('button', { name: 'Close the details' }));
    expect(screen.queryByTestId('decoded-payload')).toBeNull();
    expect(pressed(row)).toBe('false');
  });

  it('shows a linked delivery whose lines are too old to be loaded', async () => {
    lines = [requestRecord()];
    openPage('/inspector?delivery=dlv_1');
    expect((await screen.findByTestId('decoded-payload')).textContent).toContain('"appId": "app1"');
  });

  it('shows a call of the app with what was sent and answered, and copies it', async () => {
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    openPage('/inspector');
    await userEvent.click(within(await screen.findByTestId('timeline-row')).getByRole('button'));
    const panel = screen.getByLabelText('Details');
    expect(within(panel).getByLabelText('Sent').textContent).toContain('"productId": "starter"');
    expect(within(panel).getByLabelText('Answered').textContent).toContain('"token": "tok1"');
    await userEvent.click(screen.getByTestId('copy-curl'));
    expect(await screen.findByText('Copied as a curl command.')).toBeDefined();
    expect(written.mock.calls[0]?.[0]).toContain(`--data-raw '{"productId":"starter"}'`);
  });

  it('stands still while it is paused and follows again', async () => {
    openPage('/inspector');
    await screen.findAllByTestId('delivery-row');
    await userEvent.click(screen.getByTestId('follow'));
    lines = [record({ recordId: 'rec_4', title: 'AppRemoved → 200' }), ...lines];
    expect(await screen.findByText('Paused, 1 new', {}, { timeout: 5_000 })).toBeDefined();
    expect(screen.queryByText(/Removed/)).toBeNull();
    await userEvent.click(screen.getByTestId('follow'));
    expect(screen.getAllByTestId('delivery-row')).toHaveLength(3);
  });
});

describe('time and chaos', () => {
  const off = { on: false, profile: null, seen: 0 };

  beforeEach(() => {
    platform.on('GET chaos', { body: off }).on('GET snapshots', { body: { snapshots: [] } });
  });

  it('switches chaos on with the settings that were typed, and off again', async () => {
    platform.on('POST chaos', (body) => {
      if (typeof body !== 'object' || body === null || !('seed' in body)) return { body: off };
      const { seed } = body;
      return { body: { on: true, profile: { ...USUAL, seed, drop: 60 }, seen: 0 } };
    });
    openPage('/lab');
    const drop = await screen.findByTestId('chaos-drop');
    await userEvent.clear(drop);
    await userEvent.type(drop, '101');
    await userEvent.click(screen.getByTestId('chaos-on'));
    expect(screen.getByRole('alert').textContent).toContain('from 0 to 100');
    await userEvent.clear(drop);
    await userEvent.type(drop, '60');
    await userEvent.click(screen.getByTestId('chaos-on'));
    await userEvent.click(await screen.findByTestId('chaos-off'));
    await waitFor(() => expect(screen.queryByTestId('chaos-off')).toBeNull());
    expect(platform.requests('POST chaos').map(({ body }) => body)).toEqual([
      { on: true, ...USUAL, drop: 60 },
      { on: false },
    ]);
  });

  it('saves a snapshot, says why one cannot be, and goes back after a question', async () => {
    const saved = { name: 'bought', at: NOW, withApp: true, installs: 1 };
    platform
      .on('GET snapshots', { body: { snapshots: [saved] } })
      .on('POST snapshots', {
        status: 409,
        body: { error: 'snapshot_exists', message: 'There is one already.' },
      })
      .on('POST snapshots/bought/restore', { body: saved });
    openPage('/lab');
    await userEvent.type(await screen.findByTestId('snapshot-name'), 'bought');
    await userEvent.click(screen.getByTestId('snapshot-save'));
    expect(await screen.findByText('There is one already.')).toBeDefined();
    const [row] = screen.getAllByTestId('snapshot');
    if (!row) throw new Error('one snapshot is shown');
    await userEvent.click(within(row).getByRole('button'));
    expect(platform.requests('POST snapshots/bought/restore')).toHaveLength(0);
    await userEvent.click(screen.getByTestId('confirm-restore'));
    await waitFor(() => expect(screen.queryByTestId('confirm-restore')).toBeNull());
    expect(platform.requests('POST snapshots/bought/restore')).toHaveLength(1);
  });

  it('lets the clock run and stops it', async () => {
    platform.on('POST clock/run', (body) => {
      const runs = typeof body === 'object' && body !== null && 'perSecond' in body;
      const pace = runs && body.perSecond ? { perSecondMs: 86_400_000, until: null } : null;
      return { body: { ...clockState(), pace } };
    });
    openPage('/lab');
    await userEvent.click(await screen.findByText('Set a time, or let it run'));
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Stop' }));
    await screen.findByRole('button', { name: 'Run' });
    expect(platform.requests('POST clock/run').map(({ body }) => body)).toEqual([
      { perSecond: '1d' },
      { perSecond: null },
    ]);
  });
});

describe('when the platform is down', () => {
  it('says so and comes back on a retry', async () => {
    let up = false;
    platform.on('GET state', () => {
      if (!up) throw new TypeError('connection refused');
      return { body: state };
    });
    openPage('/dashboard/site1/home');
    expect(await screen.findByText('The local platform cannot be reached')).toBeDefined();
    up = true;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect((await screen.findByTestId('site-name')).textContent).toBe('Sunrise Bakery');
  });

  it('a site that does not exist is named as such', async () => {
    openPage('/dashboard/nowhere/home');
    expect(await screen.findByText('No such site')).toBeDefined();
  });
});
