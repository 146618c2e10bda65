import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlanOffer } from '../api/types.js';
import {
  aPlanList,
  aPreview,
  aStarterStatus,
  credits,
  NOW,
  thePublicPlans,
  theTopUps,
} from '../testing/fixtures.js';
import { fail, lost, ok, on } from '../testing/handle.js';
import { openPage, Providers } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { ContactModal } from './ContactModal.js';
import { PlanChangeModal } from './PlanChangeModal.js';
import { featuresOf, PlanComparison } from './PlanComparison.js';
import { PricingModal } from './PricingModal.js';
import { PromoCode } from './PromoCode.js';
import { PublicPricing } from './PublicPricing.js';
import { ToastHost } from './ToastHost.js';
import { TopUps } from './TopUps.js';

const server = startTestServer();
const show = (element: React.ReactElement) => render(element, { wrapper: Providers });
const list = aPlanList('starter');
const planOf = (id: string): PlanOffer => {
  const plan = list.plans.find((each) => each.id === id);
  if (plan === undefined) throw new Error(`no plan ${id}`);
  return plan;
};

beforeEach(() => {
  openPage();
  server.status = aStarterStatus();
});

describe('PlanComparison', () => {
  const cells = async (feature: string) => {
    const heading = await screen.findByRole('rowheader', { name: feature });
    const row = heading.closest('tr');
    return row === null
      ? []
      : within(row)
          .getAllByRole('cell')
          .map((cell) => cell.textContent);
  };

  it('sets_every_plan_against_every_feature', async () => {
    show(<PlanComparison isOpen list={list} onClose={() => {}} />);
    expect(await cells('Price, yearly')).toEqual(['$0', '$90', '$290', '$990']);
    expect(await cells('Benefit of pro')).toEqual([
      '–Not included',
      '–Not included',
      'Included',
      '–Not included',
    ]);
    expect(screen.getByRole('columnheader', { name: /Starter.*Current plan/ })).toBeTruthy();
  });

  it('names_no_price_for_a_plan_that_is_agreed_on', async () => {
    const scale = { ...planOf('scale'), action: 'contact' as const };
    show(<PlanComparison isOpen list={{ ...list, plans: [scale] }} onClose={() => {}} />);
    expect(await cells('Price, monthly')).toEqual(['Let’s talk']);
  });

  it('lists_a_shared_benefit_once', () => {
    const plans = ['a', 'b'].map((own) => ({ ...planOf('pro'), benefits: ['All features', own] }));
    expect(featuresOf(plans)).toEqual(['All features', 'a', 'b']);
  });
});

describe('PublicPricing', () => {
  const address = (testId: string) => screen.getByTestId(testId).getAttribute('href');

  it('leads_from_every_plan_to_installing', async () => {
    show(<PublicPricing list={thePublicPlans()} />);
    expect(screen.getAllByTestId(/^plan-card-/)).toHaveLength(4);
    for (const id of ['install', 'install-free', 'install-scale']) {
      expect(address(id)).toBe('https://market.test/app');
      expect(screen.getByTestId(id).getAttribute('target')).toBe('_top');
    }
    expect(screen.getByRole('link', { name: 'Add to site, for Pro' })).toBeTruthy();
    expect(screen.queryByText('Current plan')).toBeNull();
    await userEvent.click(screen.getByLabelText(/^Yearly/));
    expect(screen.getByTestId('plan-card-pro').textContent).toContain('$24.17');
  });

  it.each([
    ['no address is named', null],
    ['it is no address of the web', 'javascript:alert(1)'],
  ])('has_no_button_where_%s', (_name, installUrl) => {
    show(<PublicPricing list={thePublicPlans({ installUrl })} />);
    expect(screen.queryByTestId('install')).toBeNull();
    expect(screen.queryAllByRole('link')).toEqual([]);
    expect(screen.getByText(/Find the app in the Wix App Market/)).toBeTruthy();
  });

  it('names_no_price_for_a_plan_that_is_agreed_on', () => {
    const plans = thePublicPlans().plans.map((plan) => ({ ...plan, custom: plan.id === 'scale' }));
    show(<PublicPricing list={thePublicPlans({ plans })} />);
    expect(screen.getByTestId('plan-card-scale').textContent).toContain('Let’s talk');
    expect(screen.getByTestId('plan-card-scale').textContent).not.toContain('$');
  });
});

describe('PlanChangeModal', () => {
  const open = (plan = planOf('free')) =>
    show(<PlanChangeModal list={list} plan={plan} onClose={() => {}} />);

  it('tells_by_the_server_what_leaving_a_plan_will_do', async () => {
    const asked: string[] = [];
    server.msw.use(
      on('billingPreview', ({ query }) => {
        asked.push(query.toString());
        return ok(aPreview());
      }),
    );
    open();
    const table = await screen.findByTestId('change-preview');
    expect(within(table).getByRole('columnheader', { name: 'From Dec 21, 2026' })).toBeTruthy();
    expect(within(table).getByRole('row', { name: 'Credits 1,200 200' })).toBeTruthy();
    expect(within(table).getByRole('row', { name: 'Next credits Dec 21, 2026 None' })).toBeTruthy();
    expect(screen.getByText(/not used by then leave with it/)).toBeTruthy();
    expect(screen.getByText(/Manage Apps/)).toBeTruthy();
    expect(new Set(asked)).toEqual(new Set(['to=free']));
  });

  it('says_that_credits_stay_where_they_do', async () => {
    const preview = aPreview();
    const after = { ...preview.after, available: preview.before.available };
    server.msw.use(on('billingPreview', () => ok({ ...preview, after })));
    open();
    expect(await screen.findByText('You keep all credits you have then.')).toBeTruthy();
  });

  it('still_says_how_it_is_done_when_there_is_no_preview', async () => {
    server.msw.use(on('billingPreview', () => fail('invalid_request')));
    open();
    expect(await screen.findByTestId('error-retry')).toBeTruthy();
    expect(screen.getByText(/Manage Apps/)).toBeTruthy();
  });

  it('leads_to_the_free_plan_by_cancelling_and_to_a_paid_one_by_choosing_it', async () => {
    server.msw.use(on('billingPreview', () => ok(aPreview())));
    const steps = () =>
      within(screen.getByTestId('downgrade-dialog'))
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent);
    const { unmount } = open(planOf('free'));
    await screen.findByTestId('change-preview');
    expect(steps().at(-1)).toMatch(/to cancel or turn off auto-renewal/);
    unmount();
    open(planOf('starter'));
    await screen.findByTestId('change-preview');
    expect(steps().at(-2)).toMatch(/choose Starter there: Wix calls it “Switch plan”/);
    expect(steps().at(-1)).toMatch(/buy Starter on this page when the time you paid for is over/);
    expect(steps().join()).not.toMatch(/cancel/);
  });

  it('leads_to_the_portal_of_stripe_for_plans_paid_there_and_does_not_speak_of_wix', async () => {
    const opened = vi.spyOn(window, 'open').mockReturnValue(null);
    server.msw.use(
      on('billingPreview', () => ok(aPreview())),
      on('billingPortalUrl', () => ok({ portalUrl: 'https://pay.test/portal' })),
    );
    const plan = planOf('free');
    show(
      <PlanChangeModal
        list={{ ...list, billingSource: 'stripe' }}
        plan={plan}
        onClose={() => {}}
      />,
    );
    await userEvent.click(await screen.findByRole('button', { name: 'Manage the subscription' }));
    await waitFor(() => expect(opened).toHaveBeenCalledWith('https://pay.test/portal', '_top'));
    expect(screen.queryByText(/Manage Apps/)).toBeNull();
    expect(screen.getByText(/is done on Stripe’s page, where/)).toBeTruthy();
    expect(screen.getByTestId('downgrade-dialog').textContent).not.toContain('Wix');
  });
});

describe('ContactModal', () => {
  it('names_the_installation_the_plan_is_for', async () => {
    show(<ContactModal plan={planOf('scale')} onClose={() => {}} />);
    expect(await screen.findByRole('dialog', { name: 'Contact us about Scale' })).toBeTruthy();
    expect((await screen.findByTestId('copy-text')).textContent).toBe('inst_1');
  });

  it('leads_to_where_the_address_is', async () => {
    show(<ContactModal plan={planOf('scale')} onClose={() => {}} />);
    const link = await screen.findByRole('link', { name: /Wix App Market/ });
    expect(link.getAttribute('href')).toBe('https://market.test/app');
  });

  it.each([null, 'javascript:alert(1)'])('links_to_no_other_address: %s', async (installUrl) => {
    let asked = 0;
    server.msw.use(
      on('billingPublicPlans', () => {
        asked += 1;
        return ok(thePublicPlans({ installUrl }));
      }),
    );
    show(<ContactModal plan={planOf('scale')} onClose={() => {}} />);
    await waitFor(() => expect(asked).toBe(1));
    await screen.findByTestId('copy-text');
    expect(screen.queryByRole('link')).toBeNull();
  });
});

describe('PricingModal', () => {
  it('opens_a_checkout_from_where_the_credits_were_missing', async () => {
    const opened = vi.spyOn(window, 'open').mockReturnValue(null);
    const checkoutUrl = 'https://pay.test/checkout/1';
    server.msw.use(on('billingCheckoutUrl', () => ok({ checkoutId: 'chk_1', checkoutUrl })));
    show(<PricingModal isOpen onClose={() => {}} />);
    await userEvent.click(await screen.findByTestId('upgrade-pro'));
    await waitFor(() => expect(opened).toHaveBeenCalledWith(checkoutUrl, '_top'));
  });

  it('asks_the_server_for_nothing_while_it_is_closed', async () => {
    let asked = 0;
    server.msw.use(
      on('billingPlans', () => {
        asked += 1;
        return ok(list);
      }),
    );
    show(<PricingModal isOpen={false} onClose={() => {}} />);
    await waitFor(() => expect(server.polls).toBe(1));
    expect(asked).toBe(0);
  });
});

describe('PromoCode', () => {
  const redeem = async (code: string) => {
    show(<PromoCode />);
    await userEvent.click(screen.getByText('Have a promo code?'));
    if (code !== '') await userEvent.type(screen.getByTestId('promo-code'), code);
    await userEvent.click(screen.getByTestId('promo-submit'));
  };
  const says = () => screen.getByTestId('promo-says').textContent;

  it('says_what_a_code_gave_and_until_when', async () => {
    const seen: unknown[] = [];
    server.msw.use(
      on('billingPromo', ({ body }) => {
        seen.push(body);
        return ok({ amount: 500, credits: credits(1700, 3), expiresAt: NOW });
      }),
    );
    await redeem(' SPRING ');
    await waitFor(() =>
      expect(says()).toBe('500 credits added to your balance. Use them by Nov 21, 2026.'),
    );
    expect(seen).toEqual([{ code: 'SPRING' }]);
    expect((screen.getByTestId('promo-code') as HTMLInputElement).value).toBe('');
  });

  it.each([
    ['promo_unknown', 'There is no such code. Check the spelling.'],
    ['promo_redeemed', 'This code was redeemed on your site already.'],
    ['rate_limited', 'That was a bit fast. Please wait a moment and try again.'],
  ] as const)('explains_%s', async (code, sentence) => {
    server.msw.use(on('billingPromo', () => fail(code)));
    await redeem('SPRING');
    await waitFor(() => expect(says()).toBe(sentence));
    expect(screen.getByTestId('promo-code').getAttribute('aria-invalid')).toBe('true');
    expect(screen.queryByTestId('request-id')).toBeNull();
  });

  it.each([
    ['en', 'Request id: req_7'],
    ['de', 'Kennung der Anfrage: req_7'],
  ])('names_the_request_where_it_does_not_know_what_happened: %s', async (locale, id) => {
    openPage(`instance=token-1&locale=${locale}`);
    server.msw.use(on('billingPromo', () => fail('internal')));
    show(<PromoCode />);
    await userEvent.type(screen.getByTestId('promo-code'), 'SPRING');
    await userEvent.click(screen.getByTestId('promo-submit'));
    expect((await screen.findByTestId('request-id')).textContent).toBe(id);
    await userEvent.type(screen.getByTestId('promo-code'), 'S');
    expect(screen.queryByTestId('request-id')).toBeNull();
  });

  it('asks_for_a_code_before_it_asks_the_server', async () => {
    await redeem('');
    expect(says()).toBe('Enter the code first.');
  });

  it('repeats_an_unanswered_attempt_under_the_same_key', async () => {
    const keys: (string | null)[] = [];
    server.msw.use(
      on('billingPromo', ({ request }) => {
        keys.push(request.headers.get('idempotency-key'));
        return keys.length === 1
          ? lost()
          : ok({ amount: 1, credits: credits(1, 3), expiresAt: null });
      }),
    );
    await redeem('SPRING');
    await waitFor(() => expect(says()).toBe('1 credit added to your balance.'));
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });
});

describe('TopUps', () => {
  beforeEach(() => server.msw.use(on('billingTopUps', () => ok(theTopUps()))));

  it('buys_the_chosen_pack', async () => {
    const opened = vi.spyOn(window, 'open').mockReturnValue(null);
    const seen: unknown[] = [];
    server.msw.use(
      on('billingTopUpCheckoutUrl', ({ body }) => {
        seen.push(body);
        return ok({ checkoutId: 'chk_1', checkoutUrl: 'https://pay.test/1' });
      }),
    );
    show(<TopUps />);
    await userEvent.click(await screen.findByRole('button', { name: 'Buy for $39: Large pack' }));
    await waitFor(() => expect(opened).toHaveBeenCalledWith('https://pay.test/1', '_top'));
    await userEvent.click(screen.getByTestId('top-up-hundred'));
    expect(screen.getByTestId('top-up-thousand').textContent).toBe('Opening checkout…');
    expect(seen).toEqual([{ topUpId: 'thousand', languageCode: 'en' }]);
  });

  it('keeps_its_place_then_says_why_it_failed_and_tries_again', async () => {
    let isDown = true;
    server.msw.use(on('billingTopUps', () => (isDown ? fail('invalid_request') : ok(theTopUps()))));
    show(<TopUps />);
    expect(screen.getByTestId('loading-screen')).toBeTruthy();
    await screen.findByTestId('error-screen');
    isDown = false;
    await userEvent.click(screen.getByTestId('error-retry'));
    expect(await screen.findByTestId('top-up-hundred')).toBeTruthy();
    expect(screen.queryByTestId('error-screen')).toBeNull();
  });

  it('is_nothing_where_none_are_sold', async () => {
    server.msw.use(on('billingTopUps', () => ok({ ...theTopUps(), topUps: [] })));
    show(<TopUps />);
    await waitFor(() => expect(screen.queryByTestId('loading-screen')).toBeNull());
    expect(screen.queryByTestId('error-screen')).toBeNull();
    expect(screen.queryByTestId('top-ups')).toBeNull();
  });

  it('says_when_the_checkout_cannot_be_opened', async () => {
    server.msw.use(on('billingTopUpCheckoutUrl', () => fail('wix_unavailable')));
    show(
      <>
        <TopUps />
        <ToastHost />
      </>,
    );
    await userEvent.click(await screen.findByTestId('top-up-hundred'));
    expect((await screen.findByTestId('toast')).textContent).toBe(
      'The checkout could not be opened.Request id: req_7',
    );
    expect(screen.getByTestId('top-up-hundred').textContent).toBe('Buy for $5');
  });
});
