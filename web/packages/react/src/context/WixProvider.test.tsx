import { act, renderHook, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useCreditHistory } from '../hooks/useCreditHistory.js';
import { useCredits } from '../hooks/useCredits.js';
import { POLL_WHILE_DOWN_MS, POLL_WHILE_OPEN_MS } from '../live/useLiveStream.js';
import { anEntry, aStarterStatus, aStatus, credits } from '../testing/fixtures.js';
import { fail, lost, ok, on, onLive } from '../testing/handle.js';
import { fakeClock, openPage, renderInWix, setVisibility } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { useWixContext } from './WixContext.js';
import { WixProvider } from './WixProvider.js';

const server = startTestServer();
const advance = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

describe('WixProvider', () => {
  beforeEach(() => {
    fakeClock();
    openPage();
  });

  async function ready() {
    const view = renderInWix(() => ({ wix: useWixContext(), credits: useCredits() }));
    await waitFor(() => expect(view.result.current.wix.live).toBe('open'));
    return view;
  }

  it('loads_the_instance_with_the_token_of_the_address', async () => {
    const { result } = await ready();
    expect(result.current.credits.available).toBe(200);
    expect(result.current.wix.instanceData).toMatchObject({ instanceId: 'inst_1', isOwner: true });
    expect(result.current.wix.hasCredits(200)).toBe(true);
    expect(result.current.wix.hasCredits(201)).toBe(false);
    expect(new Set(server.authorizations)).toEqual(new Set(['WixInstance token-1']));
    expect(window.location.search).toBe('');
  });

  it('shows_pushed_credits_without_a_poll', async () => {
    const { result } = await ready();
    const polls = server.polls;
    server.send('status', aStarterStatus());
    await waitFor(() => expect(result.current.credits.available).toBe(1200));
    expect(result.current.wix.userData?.plan.id).toBe('starter');
    expect(server.polls).toBe(polls);
  });

  it('does_not_step_back_when_an_older_answer_arrives_late', async () => {
    const { result } = await ready();
    server.send('status', aStarterStatus());
    await waitFor(() => expect(result.current.credits.available).toBe(1200));
    await act(() => result.current.wix.refreshUserData());
    expect(result.current.credits.available).toBe(1200);
  });

  it('survives_live_events_it_does_not_understand', async () => {
    const { result } = await ready();
    server.sendRaw('event: status\ndata: not json\n\nevent: status\ndata: null\n\n');
    server.sendRaw('event: weather\ndata: {"sun":1}\n\nevent: job\ndata: []\n\n');
    server.send('status', aStatus({ credits: credits(7, 9) }));
    await waitFor(() => expect(result.current.credits.available).toBe(7));
  });

  it('polls_slowly_behind_an_open_stream', async () => {
    await ready();
    const polls = server.polls;
    await advance(POLL_WHILE_DOWN_MS * 2);
    expect(server.polls).toBe(polls);
    await advance(POLL_WHILE_OPEN_MS);
    expect(server.polls).toBe(polls + 1);
  });

  it('polls_quickly_while_the_stream_is_down_and_sees_new_credits', async () => {
    const { result } = await ready();
    server.streamWorks = false;
    act(() => server.drop());
    await waitFor(() => expect(result.current.wix.live).not.toBe('open'));
    server.status = aStarterStatus();
    await advance(POLL_WHILE_DOWN_MS);
    await waitFor(() => expect(result.current.credits.available).toBe(1200));
  });

  it('reconnects_after_the_server_came_back', async () => {
    const { result } = await ready();
    act(() => server.drop());
    await waitFor(() => expect(result.current.wix.live).toBe('down'));
    await advance(1_000);
    await waitFor(() => expect(result.current.wix.live).toBe('open'));
    expect(server.connections).toBe(2);
  });

  it('closes_the_stream_and_stops_polling_while_the_tab_is_hidden', async () => {
    const { result } = await ready();
    act(() => setVisibility('hidden'));
    expect(result.current.wix.live).toBe('paused');
    const polls = server.polls;
    await advance(POLL_WHILE_OPEN_MS * 3);
    expect([server.polls, server.connections]).toEqual([polls, 1]);
    act(() => setVisibility('visible'));
    await waitFor(() => expect(result.current.wix.live).toBe('open'));
    expect(server.connections).toBe(2);
  });

  it('refetches_the_history_when_the_balance_changes', async () => {
    let entries = [anEntry({ entryId: 'a' })];
    server.msw.use(
      on('creditsHistory', () => ok({ entries: entries.map((e) => ({ ...e })), nextCursor: null })),
    );
    const { result } = renderInWix(() => ({ wix: useWixContext(), history: useCreditHistory() }));
    await waitFor(() => expect(result.current.history.data?.pages[0]?.entries).toHaveLength(1));
    await waitFor(() => expect(result.current.wix.live).toBe('open'));
    entries = [anEntry({ entryId: 'b' }), ...entries];
    server.send('status', aStarterStatus());
    await waitFor(() => expect(result.current.history.data?.pages[0]?.entries).toHaveLength(2));
  });
});

describe('WixProvider session', () => {
  beforeEach(() => fakeClock());

  it('asks_the_server_nothing_without_a_token', async () => {
    openPage('locale=en');
    const { result } = renderInWix(useWixContext);
    await advance(POLL_WHILE_OPEN_MS);
    expect(result.current).toMatchObject({ session: 'missing', isLoading: false });
    expect([server.polls, server.connections]).toEqual([0, 0]);
  });

  it('ends_for_good_when_the_token_is_expired', async () => {
    server.msw.use(
      on('userStatus', () => fail('token_expired')),
      onLive(() => fail('token_expired')),
    );
    openPage();
    const { result } = renderInWix(useWixContext);
    await waitFor(() => expect(result.current.session).toBe('over'));
    expect(result.current.error?.code).toBe('token_expired');
  });

  const onlyTakes = (token: string) => {
    const check = (request: Request) =>
      request.headers.get('authorization') === token ? undefined : fail('token_expired');
    server.msw.use(
      on('userStatus', ({ request }) => check(request)),
      onLive(check),
    );
  };

  it('goes_on_with_the_token_that_the_dashboard_gives', async () => {
    onlyTakes('Bearer OauthNG.JWS.a.b.c');
    openPage();
    let asked = 0;
    const { result, rerender } = renderHook(useWixContext, {
      // Another function at each render, as it is usually written.
      wrapper: ({ children }) => (
        <WixProvider
          refreshToken={async () => {
            asked += 1;
            return 'OauthNG.JWS.a.b.c';
          }}
        >
          {children}
        </WixProvider>
      ),
    });
    await waitFor(() => expect(result.current.userData).toBeDefined());
    await waitFor(() => expect(result.current.live).toBe('open'));
    const { client } = result.current;
    rerender();
    expect([result.current.session, asked, server.connections]).toEqual(['ok', 1, 1]);
    expect(result.current.client).toBe(client);
    expect(result.current.instanceToken).toBe('OauthNG.JWS.a.b.c');
  });

  it('is_over_when_the_dashboard_has_no_token_either', async () => {
    onlyTakes('Bearer none');
    openPage();
    const { result } = renderHook(useWixContext, {
      wrapper: ({ children }) => (
        <WixProvider refreshToken={() => Promise.reject(new Error('not in Wix'))}>
          {children}
        </WixProvider>
      ),
    });
    await waitFor(() => expect(result.current.session).toBe('over'));
  });

  it('is_forbidden_to_visitors', async () => {
    server.msw.use(
      on('userStatus', () => fail('forbidden')),
      onLive(() => fail('forbidden')),
    );
    openPage();
    const { result } = renderInWix(useWixContext);
    await waitFor(() => expect(result.current.session).toBe('forbidden'));
  });

  it('retries_a_server_that_is_starting_and_recovers', async () => {
    server.streamWorks = false;
    let attempts = 0;
    server.msw.use(
      on('userStatus', () => {
        attempts += 1;
        return attempts < 3 ? lost() : undefined;
      }),
    );
    openPage();
    const { result } = renderInWix(useWixContext);
    await advance(3_000);
    await waitFor(() => expect(result.current.userData).toBeDefined());
    expect(attempts).toBe(3);
    expect(result.current.session).toBe('ok');
  });

  it('writes_in_the_locale_of_the_address_when_it_has_texts', async () => {
    openPage('instance=t&locale=en-GB');
    const { result } = renderInWix(useWixContext);
    expect(result.current.instanceData.locale).toBe('en-GB');
    expect(document.documentElement.lang).toBe('en-GB');
  });
});
