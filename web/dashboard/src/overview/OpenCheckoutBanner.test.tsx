import { act, render, screen } from '@testing-library/react';
import type { Checkout } from '@wixapp/react';
import {
  aCheckout,
  aPlanList,
  aStatus,
  fakeClock,
  ok,
  on,
  openPage,
  startTestServer,
} from '@wixapp/react/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../App';
import { onAutopost } from '../testing/routes';
import { WAIT_MS } from './useBanners';

const server = startTestServer();
const TOP_UPS = {
  currency: 'USD',
  topUps: [{ id: 'hundred', name: 'Small pack', credits: 100, price: '5.00', translations: {} }],
};
beforeEach(() =>
  server.msw.use(
    onAutopost('networks', () => ok({ networks: [] })),
    on('billingTopUps', () => ok(TOP_UPS)),
  ),
);

async function remind(changes: Partial<Checkout> = {}, language = 'en') {
  server.status = aStatus({ openCheckout: aCheckout(changes) });
  openPage(`instance=token-1&locale=${language}`);
  render(<App />);
  return screen.findByTestId('open-checkout-banner');
}

it.each([
  ['en', /not confirmed yet. If you have paid, it will appear here/, /not pay twice/],
  ['de', /noch nicht bestätigt. Wenn Sie bezahlt haben/, /nicht doppelt zahlen/],
  ['he', /עוד לא אושר. אם כבר שילמת/, /לא לשלם פעמיים/],
])('claims_nothing_of_a_checkout_that_may_have_been_paid_%s', async (language, text, hint) => {
  const banner = await remind({}, language);
  expect(banner.textContent).toMatch(text);
  expect(banner.textContent).toMatch(hint);
  expect(banner.textContent).not.toMatch(/charged|abgebucht|חויבת/);
});

it('does_not_urge_to_pay', async () => {
  await remind();
  const way = screen.getByTestId('open-checkout-continue');
  const other = screen.getByTestId('open-checkout-dismiss');
  expect(way.className).toBe(other.className);
});

it('names_a_top_up_as_it_is_sold', async () => {
  const banner = await remind({ planId: 'hundred', billingCycle: 'ONE_TIME' });
  await screen.findByText(/^Your checkout for Small pack is not confirmed/);
  expect(banner.textContent).not.toContain('hundred');
});

it('names_what_is_no_longer_sold_by_no_id', async () => {
  const banner = await remind({ planId: 'gone', billingCycle: 'ONE_TIME' });
  await screen.findByText(/^Your checkout is not confirmed yet/);
  expect(banner.textContent).not.toContain('gone');
});

describe('a name that is not known yet', () => {
  let tell: () => void;
  const begin = (changes: Partial<Checkout>) => {
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    server.msw.use(
      on('billingPlans', async () => {
        await told;
        return ok(aPlanList());
      }),
      on('billingTopUps', async () => {
        await told;
        return ok(TOP_UPS);
      }),
    );
    server.status = aStatus({ openCheckout: aCheckout(changes) });
    openPage();
    render(<App />);
  };

  it.each([
    ['Starter', {}],
    ['Small pack', { planId: 'hundred', billingCycle: 'ONE_TIME' }],
  ] as const)('is_waited_for_by_the_page_so_that_nothing_moves: %s', async (name, changes) => {
    fakeClock();
    begin(changes);
    await screen.findByTestId('nav-plans');
    await act(() => vi.advanceTimersByTimeAsync(WAIT_MS / 2));
    expect(screen.queryByTestId('app-ready')).toBeNull();
    tell();
    await screen.findByTestId('app-ready');
    const banner = screen.getByTestId('open-checkout-banner');
    expect(banner.textContent).toContain(`Your checkout for ${name} is not confirmed`);
  });

  it('is_not_waited_for_too_long_and_says_nothing_in_its_place', async () => {
    fakeClock();
    begin({});
    await screen.findByTestId('nav-plans');
    await act(() => vi.advanceTimersByTimeAsync(WAIT_MS));
    const text = screen.getByText(/^Your checkout for starter is not confirmed/);
    expect(text.className).toBe('banner__unnamed');
    tell();
    await screen.findByText(/^Your checkout for Starter is not confirmed/);
    expect(text.isConnected).toBe(false);
  });
});
