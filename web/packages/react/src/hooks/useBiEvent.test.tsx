import { act, renderHook, waitFor } from '@testing-library/react';
import { type ReactNode, StrictMode } from 'react';
import { describe, expect, it } from 'vitest';
import { toBiEvent } from '../context/trackEvent.js';
import { useWixContext } from '../context/WixContext.js';
import { fail, lost, on } from '../testing/handle.js';
import { openPage, Providers, renderInWix } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { useBiEvent } from './useBiEvent.js';

const server = startTestServer();

describe('toBiEvent', () => {
  it('knows_what_Wix_has_a_name_for_and_what_is_the_apps_own', () => {
    expect(toBiEvent('APP_UPGRADED')).toEqual({ eventName: 'APP_UPGRADED' });
    expect(toBiEvent('calendar opened', { month: 6, isFirst: true })).toEqual({
      eventName: 'CUSTOM',
      customEventName: 'calendar opened',
      eventData: { month: '6', isFirst: 'true' },
    });
    expect(toBiEvent('toString').eventName).toBe('CUSTOM');
  });
});

describe('trackEvent', () => {
  const start = async () => {
    openPage();
    const { result } = renderInWix(useWixContext);
    await waitFor(() => expect(result.current.userData).toBeDefined());
    return result;
  };

  it('reports_an_event_through_the_server', async () => {
    const result = await start();
    expect(await result.current.trackEvent('APP_FINISHED_CONFIGURATION')).toBe(true);
    expect(server.biEvents).toEqual([{ eventName: 'APP_FINISHED_CONFIGURATION' }]);
  });

  it.each([
    ['Wix is out', () => fail('wix_unavailable')],
    ['the network is', () => lost()],
    ['the token is refused', () => fail('token_expired')],
  ])('disturbs_nothing_when_%s', async (_name, answer) => {
    let asked = 0;
    server.msw.use(
      on('biEvent', () => {
        asked += 1;
        return answer();
      }),
    );
    const result = await start();
    expect(await result.current.trackEvent('APP_UPGRADED')).toBe(false);
    expect([asked, result.current.session, result.current.error]).toEqual([1, 'ok', null]);
  });
});

describe('useBiEvent', () => {
  it('gives_a_function_that_stays_the_same', async () => {
    openPage();
    const { result, rerender } = renderInWix(() => useBiEvent('post published'));
    const report = result.current;
    rerender();
    expect(result.current).toBe(report);
    await act(() => report({ networks: 2 }));
    expect(server.biEvents).toEqual([
      {
        eventName: 'CUSTOM',
        customEventName: 'post published',
        eventData: { networks: '2' },
      },
    ]);
  });

  it('reports_being_shown_once_also_when_effects_run_twice', async () => {
    openPage();
    const wrapper = ({ children }: { children: ReactNode }) => (
      <StrictMode>
        <Providers>{children}</Providers>
      </StrictMode>
    );
    const { rerender } = renderHook(
      () => {
        useBiEvent('APP_DASHBOARD_LOADED', { onShow: true });
        useBiEvent('APP_DASHBOARD_LOADED', { onShow: true });
        return useWixContext();
      },
      { wrapper },
    );
    await waitFor(() => expect(server.biEvents.length).toBeGreaterThan(0));
    rerender();
    await waitFor(() => expect(server.connections).toBeGreaterThan(0));
    expect(server.biEvents).toEqual([{ eventName: 'APP_DASHBOARD_LOADED' }]);
  });

  it('reports_nothing_for_somebody_who_is_not_let_in', async () => {
    server.msw.use(on('userStatus', () => fail('forbidden')));
    openPage();
    const { result } = renderInWix(() => {
      useBiEvent('APP_DASHBOARD_LOADED', { onShow: true });
      return useWixContext();
    });
    await waitFor(() => expect(result.current.session).toBe('forbidden'));
    expect(server.biEvents).toEqual([]);
  });
});
