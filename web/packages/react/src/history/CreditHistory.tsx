import { Button, Card, Text } from '@wix/design-system';
import { useEffect, useMemo, useRef, useState } from 'react';
import { EmptyState } from '../components/EmptyState.js';
import { Loaded } from '../components/Loaded.js';
import { LoadingScreen } from '../components/LoadingScreen.js';
import { useCreditHistory } from '../hooks/useCreditHistory.js';
import { useMessages } from '../messages/useMessages.js';
import { EntryModal } from './EntryModal.js';
import { HistoryExport } from './HistoryExport.js';
import { HistoryFilters } from './HistoryFilters.js';
import { HistoryTable } from './HistoryTable.js';
import { filterOf, type HistoryQuery, isFiltered, isReversed } from './query.js';

export interface CreditHistoryProps {
  /** What is shown, for a page that keeps it in its address; kept inside when left out. */
  query?: HistoryQuery;
  /** Other filters were chosen, or an entry was opened or closed. */
  onQueryChange?: (query: HistoryQuery) => void;
  /** Entries of one page, 1 to 100; 20 when left out. */
  pageSize?: number;
  /** The page's word for an action that credits were spent on; the action itself when left out. */
  actionName?: (action: string) => string;
}

/** Every credit in and out: filters, pages, the explanation of each entry, and all of it as a file. */
export function CreditHistory(props: CreditHistoryProps) {
  const { query: given, onQueryChange, pageSize, actionName = itself } = props;
  const [own, setOwn] = useState<HistoryQuery>({});
  const query = given ?? own;
  const change = onQueryChange ?? setOwn;
  const { kind, pool, from, to } = query;
  const filter = useMemo(
    () => filterOf(withoutNothing({ kind, pool, from, to })),
    [kind, pool, from, to],
  );
  const withoutEntry = (): HistoryQuery => withoutNothing({ ...query, entry: undefined });

  return (
    <div className="wxa-history">
      <div className="wxa-history__tools">
        <HistoryFilters query={query} onChange={change} />
        <HistoryExport filter={filter} isDisabled={isReversed(query)} />
      </div>
      {isReversed(query) ? (
        <NoEntries isFiltered onClear={() => change({})} />
      ) : (
        <Entries
          filter={filter}
          isFiltered={isFiltered(query)}
          onExplain={(entry) => change({ ...query, entry })}
          onClear={() => change({})}
          actionName={actionName}
          {...(pageSize === undefined ? {} : { pageSize })}
        />
      )}
      <EntryModal
        entryId={query.entry ?? null}
        actionName={actionName}
        onClose={() => change(withoutEntry())}
      />
    </div>
  );
}

const itself = (action: string) => action;

type Loose<T> = { [K in keyof T]?: T[K] | undefined };

function withoutNothing(query: Loose<HistoryQuery>): HistoryQuery {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

interface EntriesProps {
  filter: ReturnType<typeof filterOf>;
  isFiltered: boolean;
  pageSize?: number;
  onExplain(entryId: string): void;
  onClear(): void;
  actionName(action: string): string;
}

function Entries(props: EntriesProps) {
  const { filter, isFiltered, pageSize, onExplain, onClear, actionName } = props;
  const query = useCreditHistory(filter, pageSize);
  return (
    <Loaded query={query} loading={<LoadingScreen cards={[420]} />}>
      {({ pages }) => {
        const entries = pages.flatMap((page) => page.entries);
        if (entries.length === 0) return <NoEntries isFiltered={isFiltered} onClear={onClear} />;
        return (
          <>
            <Card>
              <HistoryTable entries={entries} actionName={actionName} onExplain={onExplain} />
            </Card>
            <More query={query} />
          </>
        );
      }}
    </Loaded>
  );
}

function NoEntries({ isFiltered, onClear }: Pick<EntriesProps, 'isFiltered' | 'onClear'>) {
  const { history } = useMessages();
  return (
    <Card>
      {isFiltered ? (
        <EmptyState title={history.noMatchTitle} text={history.noMatchText}>
          <Button size="small" priority="secondary" onClick={onClear}>
            {history.clear}
          </Button>
        </EmptyState>
      ) : (
        <EmptyState title={history.emptyTitle} text={history.emptyText} />
      )}
    </Card>
  );
}

function More({ query }: { query: ReturnType<typeof useCreditHistory> }) {
  const { history } = useMessages();
  const { hasNextPage, isFetchingNextPage } = query;
  const end = useRef<HTMLSpanElement>(null);
  const hadMore = useRef(false);
  useEffect(() => {
    // The button that brought the last page was taken away with it.
    const isLost = document.activeElement === document.body;
    if (hadMore.current && !hasNextPage && isLost) end.current?.focus({ preventScroll: true });
    hadMore.current = hasNextPage;
  }, [hasNextPage]);
  return (
    <div className="wxa-history__more">
      {hasNextPage ? (
        <Button
          priority="secondary"
          disabled={isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
          data-testid="history-more"
        >
          {isFetchingNextPage ? history.loadingMore : history.more}
        </Button>
      ) : (
        <span ref={end} tabIndex={-1} data-testid="history-end">
          <Text size="small" secondary>
            {history.end}
          </Text>
        </span>
      )}
    </div>
  );
}
