import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { WixProvider } from '@wixapp/react';
import { fakeClock } from '@wixapp/react/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { lazyPage } from './lazyPage';

const page = { default: () => <p>the page</p> };
const show = (load: () => Promise<typeof page>) => {
  const Page = lazyPage('test', load);
  render(
    <WixProvider>
      <Page />
    </WixProvider>,
  );
};

describe('a page whose script comes later', () => {
  beforeEach(() => fakeClock());

  it('is_asked_for_again_when_it_could_not_be_had', async () => {
    let asked = 0;
    show(async () => {
      asked += 1;
      if (asked < 6) throw new TypeError('Failed to fetch dynamically imported module');
      return page;
    });
    expect(screen.getByTestId('loading-screen')).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(screen.getByTestId('error-screen').textContent).toContain('No connection');
    await userEvent.click(screen.getByTestId('error-retry'));
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(screen.getByText('the page')).toBeTruthy();
    expect(asked).toBe(6);
  });

  it('waits_while_the_network_is_lost', async () => {
    const load = vi.fn(async () => page);
    const Page = lazyPage('test', load);
    const { rerender } = render(<WixProvider>online</WixProvider>);
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    act(() => void window.dispatchEvent(new Event('offline')));
    rerender(
      <WixProvider>
        <Page />
      </WixProvider>,
    );
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect([load.mock.calls.length, screen.queryByTestId('error-screen')]).toEqual([0, null]);
    onLine.mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event('online')));
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(await screen.findByText('the page')).toBeTruthy();
  });
});
