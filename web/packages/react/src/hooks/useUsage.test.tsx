import { act, renderHook, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { useWixContext } from '../context/WixContext.js';
import { aStarterStatus, aUsage } from '../testing/fixtures.js';
import { fail, ok, on } from '../testing/handle.js';
import { openPage, Providers } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { useUsage, utcOffsetAt } from './useUsage.js';

const server = startTestServer();
const asked: URLSearchParams[] = [];

describe('useUsage', () => {
  beforeEach(() => {
    asked.length = 0;
    openPage();
    server.msw.use(
      on('creditsUsage', ({ query }) => {
        asked.push(query);
        const days = query.get('from') === '2026-11-15' ? 7 : 30;
        return ok(aUsage(days));
      }),
    );
  });
  const start = () =>
    renderHook(({ days }) => ({ wix: useWixContext(), usage: useUsage(days) }), {
      wrapper: Providers,
      initialProps: { days: 30 },
    });

  it('asks_once_the_servers_day_is_known', async () => {
    const { result } = start();
    expect([result.current.usage.isPending, asked.length]).toEqual([true, 0]);
    await waitFor(() => expect(result.current.usage.data).toEqual(aUsage(30)));
    expect(asked.map((params) => Object.fromEntries(params))).toEqual([
      {
        from: '2026-10-23',
        to: '2026-11-21',
        utcOffset: utcOffsetAt(new Date('2026-11-21T12:00:00Z')),
      },
    ]);
  });

  it('shows_the_old_days_until_the_new_ones_are_there', async () => {
    const { result, rerender } = start();
    await waitFor(() => expect(result.current.usage.data?.days).toHaveLength(30));
    rerender({ days: 7 });
    expect(result.current.usage.isPlaceholderData).toBe(true);
    expect(result.current.usage.data?.days).toHaveLength(30);
    await waitFor(() => expect(result.current.usage.data?.days).toHaveLength(7));
    expect(result.current.usage.isPlaceholderData).toBe(false);
  });

  it('says_why_it_failed_and_loads_when_it_is_tried_again', async () => {
    server.msw.use(on('creditsUsage', () => fail('invalid_request'), { once: true }));
    const { result } = start();
    await waitFor(() => expect(result.current.usage.error).toMatchObject({ status: 422 }));
    act(() => void result.current.usage.refetch());
    await waitFor(() => expect(result.current.usage.data?.days).toHaveLength(30));
    expect(result.current.usage.error).toBeNull();
  });

  it('asks_again_when_credits_were_spent', async () => {
    const { result } = start();
    await waitFor(() => expect(asked).toHaveLength(1));
    await waitFor(() => expect(result.current.wix.live).toBe('open'));
    server.status = aStarterStatus();
    server.send('status', aStarterStatus());
    await waitFor(() => expect(asked).toHaveLength(2));
  });
});
