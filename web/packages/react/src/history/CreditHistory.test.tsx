import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ToastHost } from '../components/ToastHost.js';
import { anEntry, anExplanation, NOW, someEntries } from '../testing/fixtures.js';
import { fail, ok, on, raw } from '../testing/handle.js';
import { openPage, Providers } from '../testing/render.js';
import { startTestServer } from '../testing/server.js';
import { CreditHistory } from './CreditHistory.js';
import { filterOf, type HistoryQuery, historyParams, readHistoryQuery } from './query.js';

const server = startTestServer();
const show = (element: React.ReactElement) => render(element, { wrapper: Providers });
const asked: URLSearchParams[] = [];

function answer(entries = someEntries()) {
  server.msw.use(
    on('creditsHistory', ({ query }) => {
      asked.push(query);
      return ok({ entries, nextCursor: null });
    }),
  );
}

beforeEach(() => {
  asked.length = 0;
  openPage();
});

describe('history query', () => {
  it('asks_for_whole_days_of_the_browsers_calendar', () => {
    const filter = filterOf({ from: '2026-03-01', to: '2026-03-31' });
    expect(filter.from).toBe(new Date(2026, 2, 1).toISOString());
    expect(filter.to).toBe(new Date(2026, 3, 1).toISOString());
  });

  it('survives_its_way_through_an_address', () => {
    const query: HistoryQuery = {
      kind: 'grant',
      pool: 'promo',
      from: '2026-03-01',
      to: '2026-03-31',
      entry: 'ent_1',
    };
    expect(readHistoryQuery(new URLSearchParams(historyParams(query)))).toEqual(query);
  });

  it.each(['kind=gift&pool=sea', 'from=2026-02-30', 'from=yesterday&to=2026-13-01', 'entry='])(
    'leaves_out_what_it_does_not_know: %s',
    (address) => {
      expect(readHistoryQuery(new URLSearchParams(address))).toEqual({});
    },
  );
});

describe('CreditHistory', () => {
  it('asks_the_server_for_what_the_filters_say', async () => {
    answer();
    show(<CreditHistory />);
    await screen.findAllByTestId('history-row');
    await userEvent.selectOptions(screen.getByTestId('filter-kind'), 'Credits added');
    await userEvent.selectOptions(screen.getByTestId('filter-pool'), 'From the plan');
    await waitFor(() => expect(asked.at(-1)?.get('pool')).toBe('plan'));
    expect(asked.at(-1)?.get('kind')).toBe('grant');
    await userEvent.click(screen.getByTestId('filter-clear'));
    await waitFor(() => expect(screen.queryByTestId('filter-clear')).toBeNull());
    expect((screen.getByTestId('filter-kind') as HTMLSelectElement).value).toBe('');
  });

  it('says_that_nothing_matches_and_clears_the_filters', async () => {
    answer([]);
    function Page() {
      const [query, setQuery] = useState<HistoryQuery>({ kind: 'reversal' });
      return <CreditHistory query={query} onQueryChange={setQuery} />;
    }
    show(<Page />);
    const empty = await screen.findByTestId('empty-state');
    expect(empty.textContent).toContain('Nothing matches');
    await userEvent.click(within(empty).getByRole('button', { name: 'Clear filters' }));
    expect(await screen.findByText('No entries yet')).toBeTruthy();
  });

  it.each([
    ['en', 'The first day is after the last.'],
    ['de', 'Der erste Tag liegt nach dem letzten.'],
    ['he', 'היום הראשון מאוחר מהיום האחרון.'],
  ])('asks_for_no_days_that_end_before_they_begin: %s', async (locale, says) => {
    openPage(`instance=token-1&locale=${locale}`);
    answer();
    const query: HistoryQuery = { from: '2026-03-02', to: '2026-03-01' };
    const onQueryChange = vi.fn();
    const { rerender } = show(<CreditHistory query={query} onQueryChange={onQueryChange} />);
    const problem = await screen.findByTestId('filter-problem');
    expect(problem.textContent).toBe(says);
    for (const id of ['filter-from', 'filter-to']) {
      const field = screen.getByTestId(id);
      expect(field.getAttribute('aria-invalid')).toBe('true');
      expect(field.getAttribute('aria-describedby')).toBe(problem.id);
    }
    expect(screen.getByTestId('history-csv').getAttribute('aria-disabled')).toBe('true');
    expect([screen.queryByTestId('error-screen'), asked.length]).toEqual([null, 0]);
    const sameDay = { ...query, to: '2026-03-02' };
    rerender(<CreditHistory query={sameDay} onQueryChange={onQueryChange} />);
    await screen.findAllByTestId('history-row');
    expect([screen.queryByTestId('filter-problem'), asked.length]).toEqual([null, 1]);
  });

  it('says_actions_in_the_words_of_the_page', async () => {
    answer([anEntry({ kind: 'spend', amount: -2, text: 'image', reason: null })]);
    show(<CreditHistory actionName={(action) => (action === 'image' ? 'Draw' : action)} />);
    const row = await screen.findByTestId('history-row');
    expect(within(row).getByText('Draw')).toBeTruthy();
    expect(within(row).getByText('\u22122')).toBeTruthy();
  });

  it.each([
    ['en', 'Starter plan, new cycle: refunded'],
    ['de', 'Tarif Starter, neuer Zyklus (Zahlung erstattet)'],
    ['he', 'תוכנית Starter, מחזור חדש (התשלום הוחזר)'],
  ])('says_what_the_books_say_in_the_readers_language: %s', async (locale, said) => {
    openPage(`instance=tok&locale=${locale}`);
    const reason = { code: 'new_cycle', name: 'Starter', refunded: true } as const;
    answer([anEntry({ text: 'Starter plan, new cycle: refunded', reason })]);
    show(<CreditHistory />);
    const row = await screen.findByTestId('history-row');
    expect(within(row).getByText(said)).toBeTruthy();
  });

  it('keeps_the_servers_words_for_a_reason_that_this_page_does_not_know', async () => {
    const reason = { code: 'of_tomorrow', name: null, refunded: false } as never;
    answer([anEntry({ text: 'A gift of tomorrow', reason })]);
    show(<CreditHistory />);
    const row = await screen.findByTestId('history-row');
    expect(within(row).getByText('A gift of tomorrow')).toBeTruthy();
  });

  it('explains_an_entry', async () => {
    answer([anEntry({ entryId: 'ent_2' })]);
    const wanted: string[] = [];
    server.msw.use(
      on('creditsExplain', ({ params }) => {
        wanted.push(params.entryId);
        return ok(anExplanation());
      }),
    );
    show(<CreditHistory />);
    await userEvent.click(await screen.findByTestId('history-explain'));
    const story = await screen.findByTestId('entry-explanation');
    expect(
      await within(story).findByText(
        'The plan went up to Starter on Nov 21, 2026, and its 1,000 credits were added to what was there.',
      ),
    ).toBeTruthy();
    expect(within(story).getByText('From 200 to 1,200')).toBeTruthy();
    expect(within(story).getByText('998 of 1,000')).toBeTruthy();
    expect(new Set(wanted)).toEqual(new Set(['ent_2']));
  });

  const explain = async (changes: Partial<ReturnType<typeof anExplanation>>, locale = 'en') => {
    openPage(`instance=tok&locale=${locale}`);
    const bare = { grant: null, fact: null, plan: null, hold: null };
    server.msw.use(
      on('creditsExplain', () => ok(anExplanation({ ...bare, ...changes })), {
        at: { entryId: 'ent_4' },
      }),
    );
    show(
      <CreditHistory
        query={{ entry: 'ent_4' }}
        onQueryChange={() => {}}
        actionName={(action) => (action === 'publish' ? 'Publish a post' : action)}
      />,
    );
    return (await screen.findByTestId('entry-sentence')).textContent;
  };
  const aHold = (ended: 'posted' | 'voided' | 'expired') => ({
    holdId: 'hold_1',
    action: 'publish',
    amount: 5,
    posted: ended === 'posted' ? 3 : 0,
    createdAt: NOW,
    ended,
  });
  const held = { text: 'publish', reason: null };

  it.each([
    ['en', 'The plan went up to Starter on'],
    ['de', 'Der Tarif stieg am 21.11.2026 auf Starter'],
    ['he', 'התוכנית שודרגה ל-Starter'],
  ])('tells_the_story_in_the_readers_language: %s', async (locale, said) => {
    const { grant, plan } = anExplanation();
    expect(await explain({ grant: grant ?? null, plan: plan ?? null }, locale)).toContain(said);
  });

  it.each([
    ['en', 'expired', /“Publish a post” came back: its time ran out\.$/],
    ['en', 'posted', /came back: it took less than was put aside\.$/],
    ['en', 'voided', /came back: it was not done after all\.$/],
    ['de', 'expired', /kamen zurück: Die Zeit dafür war abgelaufen\.$/],
    ['de', 'posted', /kamen zurück: Es wurde weniger gebraucht als reserviert\.$/],
    ['he', 'voided', /הפעולה לא בוצעה בסופו של דבר\.$/],
  ] as const)('says_why_credits_came_back: %s %s', async (locale, ended, said) => {
    const entry = anEntry({ ...held, kind: 'void', amount: 2 });
    expect(await explain({ entry, hold: aHold(ended) }, locale)).toMatch(said);
  });

  it.each([
    [
      'post',
      0,
      held,
      '3 credits that had been put aside for “Publish a post” were spent when it was done.',
    ],
    ['reserve', -1, held, '1 credit was put aside for “Publish a post”, which was about to begin.'],
    ['spend', -2, { text: 'image', reason: null }, '2 credits were spent on “image”.'],
    [
      'adjust',
      5,
      { text: 'an apology for Tuesday', reason: null },
      'ops corrected the balance by 5 credits: an apology for Tuesday.',
    ],
    [
      'reset',
      -800,
      { reason: { code: 'plan_ended', name: null, refunded: false } },
      'The paid plan ended: 800 credits of the plan’s pool left with it, and what the free plan gives stayed.',
    ],
    ['of_tomorrow', 7, { text: 'Something new', reason: null }, 'of_tomorrow: Something new.'],
  ] as const)('tells_what_an_entry_did: %s', async (kind, amount, changes, said) => {
    const entry = anEntry({ ...changes, kind: kind as 'post', amount });
    const hold = kind === 'post' || kind === 'reserve' ? aHold('posted') : null;
    expect(await explain({ entry, hold, actor: 'ops' })).toBe(said);
  });

  it('tells_how_a_hold_ended', async () => {
    const hold = { holdId: 'hold_1', action: 'publish', amount: 5, posted: 3, createdAt: NOW };
    const { grant: _, fact: __, plan: ___, ...rest } = anExplanation();
    server.msw.use(
      on('creditsExplain', () => ok({ ...rest, hold: { ...hold, ended: 'posted' } }), {
        at: { entryId: 'ent_4' },
      }),
    );
    show(<CreditHistory query={{ entry: 'ent_4' }} onQueryChange={() => {}} />);
    const used = await screen.findByText('Used in the end');
    expect(used.closest('div')?.textContent).toBe('Used in the end3');
  });

  it('offers_to_try_again_when_the_explanation_cannot_be_had', async () => {
    server.msw.use(on('creditsExplain', () => fail('not_found'), { at: { entryId: 'ent_4' } }));
    show(<CreditHistory query={{ entry: 'ent_4' }} onQueryChange={() => {}} />);
    expect(await screen.findByTestId('error-retry')).toBeTruthy();
  });
});

describe('the file of all entries', () => {
  const wantsCsv = (request: Request) => request.headers.get('accept') === 'text/csv';
  const csv = 'at,kind\n2026-11-21,grant\n';

  it('holds_what_the_filters_name_and_not_only_this_page', async () => {
    const blobs: Blob[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      blobs.push(blob as Blob);
      return 'blob:1';
    });
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
    server.msw.use(
      on('creditsHistory', ({ request, query }) => {
        if (!wantsCsv(request)) return ok({ entries: [], nextCursor: null });
        asked.push(query);
        return raw(new Response(csv, { headers: { 'content-type': 'text/csv' } }));
      }),
    );
    show(<CreditHistory query={{ kind: 'grant' }} onQueryChange={() => {}} />);
    await userEvent.click(await screen.findByTestId('history-csv'));
    await waitFor(() => expect(click).toHaveBeenCalledOnce());
    expect(await blobs[0]?.text()).toBe(csv);
    expect([asked[0]?.get('kind'), asked[0]?.get('limit')]).toEqual(['grant', null]);
  });

  it('says_when_it_cannot_be_made', async () => {
    server.msw.use(
      on('creditsHistory', ({ request }) =>
        wantsCsv(request) ? fail('invalid_request') : ok({ entries: [], nextCursor: null }),
      ),
    );
    show(
      <>
        <CreditHistory />
        <ToastHost />
      </>,
    );
    await userEvent.click(await screen.findByTestId('history-csv'));
    expect((await screen.findByTestId('toast')).textContent).toBe('It did not work.');
  });
});
