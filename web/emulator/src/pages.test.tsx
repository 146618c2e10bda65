import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InstalledPlan, PlatformState } from './api/types';
import {
  checkout,
  clockState,
  delivery,
  deliveryDetail,
  FakePlatform,
  NOW,
  openPage,
  platformState,
} from './testing/platform';

const STARTER: InstalledPlan = {
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
};

let platform: FakePlatform;
let state: PlatformState;

function site() {
  const [first] = state.sites;
  if (!first) throw new Error('the platform has a site');
  return first;
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

  it('shows every invoice, the newest first', async () => {
    installed({ ...STARTER, invoiceId: 'inv_2' });
    const paid = { productId: 'starter', billingCycle: 'MONTHLY', price: '9.00', currency: 'USD' };
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
      body: { now: NOW, offsetMs: 30 * 86_400_000, deliveries: 2, renewals: 1 },
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
  const failed = delivery({
    deliveryId: 'dlv_2',
    eventType: 'PaidPlanPurchased',
    state: 'retrying',
    responseStatus: null,
    error: 'no answer within 1,250 ms',
  });

  beforeEach(() => {
    platform
      .on('GET deliveries', { body: { deliveries: [failed, delivery()] } })
      .on('GET deliveries/dlv_1', { body: deliveryDetail() });
  });

  it('filters by state and says when nothing matches', async () => {
    openPage('/inspector');
    expect(await screen.findAllByTestId('delivery-row')).toHaveLength(2);
    await userEvent.selectOptions(screen.getByLabelText('State'), 'Retrying');
    const rows = screen.getAllByTestId('delivery-row');
    expect(rows.map((row) => row.getAttribute('data-delivery-id'))).toEqual(['dlv_2']);
    await userEvent.selectOptions(screen.getByLabelText('State'), 'Gave up');
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
