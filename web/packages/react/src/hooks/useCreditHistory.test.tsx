import { act, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { useWixContext } from '../context/WixContext.js';
import { aStarterStatus, someEntries } from '../testing/fixtures.js';
import { fail, ok, on } from '../testing/handle.js';
import { openPage, renderInWix } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { useCreditHistory } from './useCreditHistory.js';

const server = startTestServer();
const entries = someEntries();
const asked: string[] = [];
const FILTER = { kind: 'grant' } as const;

/** Two pages of the books. */
function answer() {
  server.msw.use(
    on('creditsHistory', ({ query }) => {
      asked.push(query.toString());
      const isOlder = query.get('cursor') === 'older';
      const page = isOlder
        ? { entries: entries.slice(3), nextCursor: null }
        : { entries: entries.slice(0, 3), nextCursor: 'older' };
      return ok(page);
    }),
  );
}

describe('useCreditHistory', () => {
  beforeEach(() => {
    asked.length = 0;
    openPage();
    answer();
  });
  const start = () => {
    const { result } = renderInWix(() => ({
      wix: useWixContext(),
      history: useCreditHistory(FILTER, 3),
    }));
    const shown = () => result.current.history.data?.pages.flatMap((page) => page.entries);
    return { result, shown };
  };

  it('loads_the_newest_page_of_what_is_asked_for', async () => {
    const { result, shown } = start();
    expect(result.current.history.isPending).toBe(true);
    await waitFor(() => expect(shown()).toEqual(entries.slice(0, 3)));
    expect(asked).toEqual(['limit=3&kind=grant']);
    expect(result.current.history.hasNextPage).toBe(true);
  });

  it('adds_older_pages_until_there_is_none', async () => {
    const { result, shown } = start();
    await waitFor(() => expect(shown()).toHaveLength(3));
    act(() => void result.current.history.fetchNextPage());
    await waitFor(() => expect(shown()).toEqual(entries));
    expect(new URLSearchParams(asked[1]).get('cursor')).toBe('older');
    expect(result.current.history.hasNextPage).toBe(false);
  });

  it('says_why_it_failed_and_loads_when_it_is_tried_again', async () => {
    server.msw.use(on('creditsHistory', () => fail('invalid_request'), { once: true }));
    const { result, shown } = start();
    await waitFor(() => expect(result.current.history.error).toMatchObject({ status: 422 }));
    act(() => void result.current.history.refetch());
    await waitFor(() => expect(shown()).toHaveLength(3));
    expect(result.current.history.error).toBeNull();
  });

  it('keeps_what_was_read_when_an_older_page_fails', async () => {
    const { result, shown } = start();
    await waitFor(() => expect(shown()).toHaveLength(3));
    server.msw.use(on('creditsHistory', () => fail('invalid_request'), { once: true }));
    act(() => void result.current.history.fetchNextPage());
    await waitFor(() => expect(result.current.history.isFetchNextPageError).toBe(true));
    expect(shown()).toHaveLength(3);
    act(() => void result.current.history.fetchNextPage());
    await waitFor(() => expect(shown()).toEqual(entries));
  });

  it('reads_again_when_the_balance_changes', async () => {
    const { result, shown } = start();
    await waitFor(() => expect(shown()).toHaveLength(3));
    await waitFor(() => expect(result.current.wix.live).toBe('open'));
    server.status = aStarterStatus();
    server.send('status', aStarterStatus());
    await waitFor(() => expect(asked).toHaveLength(2));
  });
});
