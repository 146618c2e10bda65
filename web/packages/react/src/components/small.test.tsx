import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HistoryExport } from '../history/HistoryExport.js';
import { fail, on } from '../testing/handle.js';
import { openPage, Providers } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { BalanceChange } from './BalanceChange.js';
import { Celebration } from './Celebration.js';
import { CycleSwitch } from './CycleSwitch.js';
import { EmptyState } from './EmptyState.js';
import { JobBadge } from './JobProgress.js';
import { ToastHost } from './ToastHost.js';

const server = startTestServer();
const show = (element: React.ReactElement) => render(element, { wrapper: Providers });
beforeEach(() => openPage('instance=token-1&locale=en'));

describe('EmptyState', () => {
  it('says_what_will_be_there_and_offers_a_way_on', () => {
    show(
      <EmptyState title="No posts yet" text="They will be listed here.">
        <a href="#write">Write one</a>
      </EmptyState>,
    );
    expect(screen.getByRole('heading', { name: 'No posts yet' })).toBeTruthy();
    expect(screen.getByText('They will be listed here.')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Write one' })).toBeTruthy();
  });
});

describe('BalanceChange', () => {
  it('is_one_sentence_to_screen_readers', () => {
    show(<BalanceChange before={200} after={1200} />);
    expect(screen.getByText('Your balance went from 200 to 1,200')).toBeTruthy();
    const spoken = screen
      .getByTestId('balance-change')
      .querySelectorAll(':scope > :not([aria-hidden])');
    expect(spoken).toHaveLength(1);
  });

  it('says_only_what_is_known', () => {
    show(<BalanceChange before={null} after={1200} />);
    expect(screen.getByText('Your balance is 1,200')).toBeTruthy();
    expect(screen.queryByTestId('balance-change')).toBeNull();
  });
});

describe('Celebration', () => {
  it('is_nothing_to_screen_readers', () => {
    const { container } = show(<Celebration />);
    const confetti = container.querySelector('.wxa-celebration');
    expect(confetti?.getAttribute('aria-hidden')).toBe('true');
    expect(confetti?.childElementCount).toBeGreaterThan(0);
    expect(container.textContent).toBe('');
  });
});

describe('JobBadge', () => {
  it('says_in_a_word_how_a_job_stands', () => {
    show(<JobBadge status="failed" />);
    expect(screen.getByText('Failed')).toBeTruthy();
  });
});

describe('CycleSwitch', () => {
  it('is_a_group_of_two_choices', async () => {
    const onChange = vi.fn();
    show(<CycleSwitch cycle="MONTHLY" saving="Save 16%" onChange={onChange} />);
    const [monthly, yearly] = screen.getAllByRole<HTMLInputElement>('radio');
    expect([monthly?.checked, yearly?.checked]).toEqual([true, false]);
    await userEvent.click(screen.getByLabelText(/^Yearly.*Save 16%/));
    expect(onChange).toHaveBeenCalledExactlyOnceWith('YEARLY');
  });
});

describe('HistoryExport', () => {
  it('says_why_there_is_no_file', async () => {
    server.msw.use(on('creditsHistory', () => fail('unavailable')));
    show(
      <>
        <HistoryExport />
        <ToastHost />
      </>,
    );
    await userEvent.click(screen.getByTestId('history-csv'));
    await waitFor(() =>
      expect(screen.getByTestId('toast').textContent).toBe(
        'The file could not be made. Please try again.Request id: req_7',
      ),
    );
  });
});
