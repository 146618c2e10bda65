import { render, screen } from '@testing-library/react';
import type { Checkout } from '@wixapp/react';
import {
  aCheckout,
  aPlanList,
  aStatus,
  ok,
  on,
  openPage,
  startTestServer,
} from '@wixapp/react/testing';
import { beforeEach, expect, it } from 'vitest';
import { App } from '../App';
import { onAutopost } from '../testing/routes';

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

it('keeps_the_place_of_the_name_and_says_nothing_in_it_until_it_is_known', async () => {
  let tell = () => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  server.msw.use(
    on('billingPlans', async () => {
      await told;
      return ok(aPlanList());
    }),
  );
  await remind();
  const text = screen.getByText(/^Your checkout for starter is not confirmed/);
  expect(text.className).toBe('banner__unnamed');
  tell();
  await screen.findByText(/^Your checkout for Starter is not confirmed/);
  expect(text.isConnected).toBe(false);
});
