import { Button } from '@wix/design-system';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { LiveStatus } from '../api/live';
import { useDeliveries } from '../api/queries';
import { Empty, Failure, Loading } from '../feedback/Feedback';
import { Page } from '../shell/Page';
import { useShell } from '../shell/Shell';
import { DeliveryPanel } from './DeliveryPanel';
import { DeliveryTable } from './DeliveryTable';
import { Filters } from './Filters';
import { eventTypes, filterFromSearch, matches } from './filter';

const LIVE_NAMES: Record<LiveStatus, string> = {
  connecting: 'Connecting…',
  live: 'Live',
  polling: 'Reconnecting, refreshed every 10 seconds',
};

function LiveMark({ status }: { status: LiveStatus }) {
  return (
    <span className="lp-live" data-live={status} role="status">
      <span aria-hidden="true" className="lp-live-dot" />
      {LIVE_NAMES[status]}
    </span>
  );
}

/** The address holds the chosen delivery and the filter; an empty value leaves the address. */
function useAddressState() {
  const [search, setSearch] = useSearchParams();
  const set = (name: 'type' | 'state' | 'delivery', value: string) =>
    setSearch(
      (known) => {
        if (value === '') known.delete(name);
        else known.set(name, value);
        return known;
      },
      { replace: true },
    );
  return { filter: filterFromSearch(search), selectedId: search.get('delivery'), set };
}

export function InspectorPage() {
  const { live } = useShell();
  const { filter, selectedId, set } = useAddressState();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useDeliveries();
  const all = useMemo(() => data?.pages.flat() ?? [], [data]);
  const types = useMemo(() => eventTypes(all), [all]);
  const shown = all.filter((delivery) => matches(delivery, filter));
  return (
    <Page
      actions={<LiveMark status={live} />}
      subtitle="Every webhook the platform sent, with request and answer"
      title="Inspector"
    >
      <Filters filter={filter} onChange={set} types={types} />
      {!data && !error && <Loading what="the deliveries" />}
      {!data && error && (
        <Failure
          error={error}
          onRetry={() => void refetch()}
          title="The deliveries cannot be shown"
        />
      )}
      {data && (
        <div className="lp-inspector" data-detail={selectedId !== null}>
          <section aria-label="Deliveries" className="lp-card lp-inspector-list">
            {all.length === 0 && (
              <Empty
                text="Install the app or change its plan, and the webhooks show up here."
                title="No deliveries yet"
              />
            )}
            {all.length > 0 && shown.length === 0 && (
              <Empty text="Choose another event or state." title="Nothing matches the filter" />
            )}
            {shown.length > 0 && (
              <DeliveryTable
                deliveries={shown}
                onSelect={(deliveryId) => set('delivery', deliveryId)}
                selectedId={selectedId}
              />
            )}
            {hasNextPage && (
              <div className="lp-more">
                <Button
                  disabled={isFetchingNextPage}
                  onClick={() => void fetchNextPage()}
                  priority="secondary"
                  size="small"
                >
                  {isFetchingNextPage ? 'Loading…' : 'Load older deliveries'}
                </Button>
              </div>
            )}
          </section>
          {selectedId !== null && (
            <DeliveryPanel deliveryId={selectedId} onClose={() => set('delivery', '')} />
          )}
        </div>
      )}
    </Page>
  );
}
