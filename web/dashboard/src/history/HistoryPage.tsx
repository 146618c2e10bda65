import { Button, Card, Text } from '@wix/design-system';
import {
  EmptyState,
  ErrorScreen,
  type HistoryEntry,
  LoadingScreen,
  useCreditHistory,
} from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';
import { PageHead } from '../shell/PageHead';
import { HistoryTable } from './HistoryTable';

/** Every credit in and out, page by page. */
export default function HistoryPage() {
  const { history: texts } = useAppMessages();
  const query = useCreditHistory();
  const entries: HistoryEntry[] | undefined = query.data?.pages.flatMap((page) => page.entries);

  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle} />
      {entries === undefined && query.error !== null && (
        <ErrorScreen error={query.error} onRetry={() => void query.refetch()} />
      )}
      {entries === undefined && query.error === null && <LoadingScreen cards={[420]} />}
      {entries !== undefined && (
        <Card>
          {entries.length === 0 ? (
            <EmptyState title={texts.emptyTitle} text={texts.emptyText} />
          ) : (
            <HistoryTable entries={entries} />
          )}
        </Card>
      )}
      {entries !== undefined && entries.length > 0 && (
        <div className="more">
          {query.hasNextPage ? (
            <Button
              priority="secondary"
              disabled={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
              data-testid="history-more"
            >
              {query.isFetchingNextPage ? texts.loadingMore : texts.more}
            </Button>
          ) : (
            <Text size="small" secondary>
              {texts.end}
            </Text>
          )}
        </div>
      )}
    </div>
  );
}
