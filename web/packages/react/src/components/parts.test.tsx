import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ToastTone } from '../context/ToastProvider.js';
import { useWixContext } from '../context/WixContext.js';
import { useNotices } from '../hooks/useNotices.js';
import { usePlans } from '../hooks/usePlans.js';
import {
  aCheckout,
  aPlanList,
  aStarterStatus,
  aStatus,
  credits,
  theNotices,
} from '../testing/fixtures.js';
import { fail, ok, on } from '../testing/handle.js';
import { openPage, Providers } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { CopyText } from './CopyText.js';
import { CreditCard } from './CreditCard.js';
import { Dialog } from './Dialog.js';
import { EmptyState } from './EmptyState.js';
import { Loaded } from './Loaded.js';
import { LoadingScreen } from './LoadingScreen.js';
import { LowCreditBanner } from './LowCreditBanner.js';
import { PreviewModal } from './PreviewModal.js';
import { ProgressBar } from './ProgressBar.js';
import { ReturnMail } from './ReturnMail.js';
import { Toast } from './Toast.js';

const server = startTestServer();
const show = (element: React.ReactElement) => render(element, { wrapper: Providers });
beforeEach(() => openPage());

function Arrival() {
  return <p data-testid="loaded">{String(useWixContext().userData !== undefined)}</p>;
}
const loaded = () => waitFor(() => expect(screen.getByTestId('loaded').textContent).toBe('true'));

describe('Dialog', () => {
  it('is_a_named_modal_that_closes_in_every_usual_way', async () => {
    const onClose = vi.fn();
    show(
      <Dialog isOpen title="A title" onClose={onClose}>
        inside
      </Dialog>,
    );
    const dialog = screen.getByRole('dialog', { name: 'A title' }) as HTMLDialogElement;
    expect(dialog.open).toBe(true);
    await userEvent.click(screen.getByText('inside'));
    expect(onClose).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    fireEvent.click(dialog);
    fireEvent(dialog, new Event('close'));
    expect(onClose).toHaveBeenCalledTimes(3);
  });

  it('renders_nothing_while_it_is_closed', () => {
    show(
      <Dialog isOpen={false} title="A title" onClose={() => {}}>
        inside
      </Dialog>,
    );
    expect(screen.queryByText('inside')).toBeNull();
  });

  it('lets_the_keys_scroll_what_it_has_no_room_for_and_only_that', async () => {
    const height = vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockReturnValue(900);
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
    const drawn = (text: string) => (
      <Dialog isOpen title="A title" onClose={() => {}}>
        {text}
      </Dialog>
    );
    const { rerender } = show(drawn('a long story'));
    const content = screen.getByRole('group', { name: 'A title' });
    expect([content.tabIndex, content.textContent]).toEqual([0, 'a long story']);
    await userEvent.tab();
    await userEvent.tab();
    expect(document.activeElement).toBe(content);
    height.mockReturnValue(600);
    rerender(drawn('in short'));
    expect([screen.queryByRole('group'), content.hasAttribute('tabindex')]).toEqual([null, false]);
  });
});

describe('PreviewModal', () => {
  const open = async (cost: number, isBusy = false) => {
    const onConfirm = vi.fn();
    show(
      <>
        <PreviewModal
          isOpen
          title="Publish?"
          cost={cost}
          isBusy={isBusy}
          problem="It was refused."
          onConfirm={onConfirm}
          onClose={() => {}}
        >
          Hello
        </PreviewModal>
        <Arrival />
      </>,
    );
    await loaded();
    await userEvent.click(screen.getByTestId('preview-confirm'));
    return onConfirm;
  };
  const cost = () => screen.getByTestId('preview-cost').textContent;

  it('says_what_is_left_and_confirms', async () => {
    expect(await open(3)).toHaveBeenCalledOnce();
    expect(cost()).toBe('This takes 3 credits; you will have 197 left.');
    expect(screen.getByRole('alert').textContent).toBe('It was refused.');
  });

  it('does_not_confirm_what_cannot_be_paid', async () => {
    expect(await open(201)).not.toHaveBeenCalled();
    expect(cost()).toBe('This takes 201 credits, and you have 200.');
  });

  it('does_not_confirm_twice', async () => {
    expect(await open(1, true)).not.toHaveBeenCalled();
  });
});

describe('ProgressBar', () => {
  it.each([
    [-3, '0'],
    [41.6, '42'],
    [180, '100'],
    [Number.NaN, '0'],
  ])('shows_%s_as_%s', (percent, shown) => {
    render(<ProgressBar percent={percent} label="Upload" />);
    const bar = screen.getByRole('progressbar', { name: 'Upload' });
    expect(bar.getAttribute('aria-valuenow')).toBe(shown);
  });
});

describe('Toast', () => {
  it.each([
    ['error', 'alert'],
    ['success', 'status'],
    ['info', 'status'],
  ] as [ToastTone, string][])('of_the_tone_%s_is_an_%s_and_closes', async (tone, role) => {
    const onClose = vi.fn();
    show(<Toast toast={{ id: 1, tone, text: 'Saved.', requestId: null }} onClose={onClose} />);
    expect(screen.getByRole(role).textContent).toBe('Saved.');
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(onClose).toHaveBeenCalledOnce();
  });
});

describe('CopyText', () => {
  const copyWith = async (writeText: () => Promise<void>) => {
    const user = userEvent.setup();
    vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(writeText);
    show(<CopyText label="Id" text="inst_1" />);
    await user.click(screen.getByRole('button', { name: 'Copy' }));
  };

  it('copies_and_says_so', async () => {
    await copyWith(() => Promise.resolve());
    expect(await screen.findByText('Copied.')).toBeTruthy();
    expect(navigator.clipboard.writeText).toHaveBeenCalledWith('inst_1');
  });

  it('asks_to_copy_by_hand_where_the_browser_forbids_it', async () => {
    await copyWith(() => Promise.reject(new Error('not allowed')));
    expect(await screen.findByText(/copy it yourself/)).toBeTruthy();
  });
});

describe('LowCreditBanner', () => {
  const banner = async (available: number, threshold?: number) => {
    server.status = aStarterStatus({ credits: credits(available, 2) });
    show(
      <>
        <LowCreditBanner {...(threshold === undefined ? {} : { threshold })}>
          <a href="/plans">See plans</a>
        </LowCreditBanner>
        <Arrival />
      </>,
    );
    await loaded();
    return screen.queryByTestId('low-credits')?.textContent ?? null;
  };

  it('warns_from_a_tenth_of_a_cycle_on', async () => {
    expect(await banner(100)).toBe(
      'Only 100 credits left.1,000 credits arrive on Dec 21, 2026.See plans',
    );
  });

  it('is_silent_above', async () => {
    expect(await banner(101)).toBeNull();
  });

  it('says_that_nothing_is_left', async () => {
    expect(await banner(0)).toMatch(/^You have no credits left\./);
  });

  it('warns_earlier_when_asked_to', async () => {
    expect(await banner(500, 0.5)).toMatch(/^Only 500/);
  });

  it.each([
    [
      'leaves_out_their_number_in_a_cycle_of_the_lower_plan',
      '2026-12-21T12:00:00Z',
      'The next credits',
    ],
    ['names_their_number_in_a_cycle_before_it', '2027-11-21T12:00:00Z', '1,000 credits'],
  ])('%s', async (_, currentPeriodEnd, named) => {
    const { subscription } = aStarterStatus();
    server.status = aStarterStatus({
      credits: credits(2, 2),
      subscription: { ...subscription, currentPeriodEnd, pendingPlanId: 'basic' },
    });
    show(<LowCreditBanner />);
    expect((await screen.findByTestId('low-credits')).textContent).toBe(
      `Only 2 credits left.${named} arrive on Dec 21, 2026.`,
    );
  });

  it('promises_no_credits_that_will_not_come', async () => {
    const { subscription } = aStatus();
    server.status = aStatus({
      credits: credits(2, 2),
      subscription: { ...subscription, nextCycleAt: null },
    });
    show(<LowCreditBanner />);
    expect((await screen.findByTestId('low-credits')).textContent).toBe('Only 2 credits left.');
  });
});

describe('LoadingScreen', () => {
  it('says_that_it_loads_and_keeps_the_place_of_each_card', () => {
    show(<LoadingScreen cards={[120, 80]} layout="grid" />);
    const screenElement = screen.getByRole('status');
    const heights = [...screenElement.querySelectorAll<HTMLElement>('.wxa-loading__card')].map(
      (card) => card.style.minHeight,
    );
    expect([screenElement.textContent, heights]).toEqual(['Loading…', ['120px', '80px']]);
  });
});

describe('Loaded', () => {
  function Plans() {
    return (
      <Loaded query={usePlans()} loading={<LoadingScreen />}>
        {({ plans }) => <p data-testid="plans">{plans.length}</p>}
      </Loaded>
    );
  }

  it('shows_bones_then_why_it_failed_then_what_came', async () => {
    let isDown = true;
    server.msw.use(on('billingPlans', () => (isDown ? fail('invalid_request') : ok(aPlanList()))));
    show(<Plans />);
    expect(screen.getByTestId('loading-screen')).toBeTruthy();
    expect((await screen.findByTestId('request-id')).textContent).toContain('req_7');
    isDown = false;
    await userEvent.click(screen.getByTestId('error-retry'));
    expect((await screen.findByTestId('plans')).textContent).toBe('4');
    expect(screen.queryByTestId('error-screen')).toBeNull();
  });
});

it('EmptyState_says_what_will_be_here_and_offers_a_way_on', () => {
  render(
    <EmptyState title="No posts yet" text="They will be listed here.">
      <a href="/write">Write one</a>
    </EmptyState>,
  );
  expect(screen.getByRole('heading', { name: 'No posts yet' })).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Write one' })).toBeTruthy();
});

it('the_credit_card_of_a_trial_promises_no_cycle_before_it_is_paid', async () => {
  const { subscription } = aStarterStatus();
  server.status = aStarterStatus({ subscription: { ...subscription, status: 'trial' } });
  show(<CreditCard />);
  expect(await screen.findByText('1,000 credits each cycle, once the plan is paid')).toBeTruthy();
});

it('two_credit_cards_on_one_page_are_each_named', async () => {
  show(
    <>
      <CreditCard />
      <CreditCard />
    </>,
  );
  expect(await screen.findAllByRole('region', { name: 'Credits available' })).toHaveLength(2);
  expect(new Set([...document.querySelectorAll('h2')].map(({ id }) => id)).size).toBe(2);
});

describe('ReturnMail', () => {
  const given = (view: ReturnType<typeof theNotices>) =>
    server.msw.use(on('settingsNotices', () => ok(view)));

  function Settled() {
    return (
      <>
        <Arrival />
        {useNotices().data && <p>notices are there</p>}
      </>
    );
  }

  it.each([
    ['new_credits_are_told_of', { creditsGranted: true }, { billingCycle: 'ONE_TIME' }],
    ['the_plan_will_be_another', {}, {}],
  ])('promises_a_mail_to_the_known_address_where_%s', async (_, settings, checkout) => {
    given(theNotices({ address: 'maya@example.com', ...settings }));
    show(<ReturnMail checkout={aCheckout(checkout)} />);
    expect((await screen.findByTestId('return-mail-promise')).textContent).toContain(
      'e-mail maya@example.com as soon as',
    );
  });

  it('asks_instead_of_promising_a_mail_about_a_top_up', async () => {
    given(theNotices({ address: 'maya@example.com' }));
    show(<ReturnMail checkout={aCheckout({ planId: 'hundred', billingCycle: 'ONE_TIME' })} />);
    const field = (await screen.findByTestId('return-mail-address')) as HTMLInputElement;
    expect(field.value).toBe('maya@example.com');
    expect(screen.queryByTestId('return-mail-promise')).toBeNull();
  });

  it.each([
    ['the_plan_that_runs_paid_yearly', aCheckout({ billingCycle: 'YEARLY' })],
    ['what_is_not_known_yet', undefined],
  ])('neither_promises_nor_offers_a_mail_about_%s', async (_, checkout) => {
    server.status = aStarterStatus();
    given(theNotices({ address: 'maya@example.com', creditsGranted: true }));
    show(
      <>
        <ReturnMail checkout={checkout} />
        <Settled />
      </>,
    );
    await loaded();
    await screen.findByText('notices are there');
    expect(screen.queryByTestId('return-mail-promise')).toBeNull();
    expect(screen.queryByTestId('return-mail-address')).toBeNull();
  });

  it('asks_for_an_address_and_promises_only_what_the_server_kept', async () => {
    const saved: unknown[] = [];
    server.msw.use(
      on('settingsNoticesSave', ({ body }) => {
        saved.push(body);
        return ok(theNotices(body));
      }),
    );
    show(<ReturnMail checkout={aCheckout()} />);
    await userEvent.type(await screen.findByTestId('return-mail-address'), 'maya@example.com');
    await userEvent.click(screen.getByRole('button', { name: 'E-mail me' }));
    await screen.findByTestId('return-mail-promise');
    expect(saved).toEqual([
      expect.objectContaining({
        address: 'maya@example.com',
        planChanged: true,
        creditsGranted: true,
        lowCredits: true,
      }),
    ]);
  });

  it('says_when_the_address_was_refused', async () => {
    server.msw.use(on('settingsNoticesSave', () => fail('invalid_request', '`address` is none.')));
    show(<ReturnMail checkout={aCheckout()} />);
    await userEvent.type(await screen.findByTestId('return-mail-address'), 'maya@example');
    await userEvent.click(screen.getByRole('button', { name: 'E-mail me' }));
    const says = 'The address could not be saved. Check it and try again.';
    await waitFor(() => expect(screen.getByRole('alert').textContent).toBe(says));
  });

  it('promises_nothing_where_no_mails_are_sent', async () => {
    given(theNotices({ address: 'maya@example.com' }, false));
    show(
      <>
        <ReturnMail checkout={aCheckout()} />
        <Arrival />
      </>,
    );
    await loaded();
    expect(screen.queryByTestId('return-mail-promise')).toBeNull();
    expect(screen.queryByTestId('return-mail-address')).toBeNull();
  });
});
