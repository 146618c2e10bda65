import { Button } from '@wix/design-system';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { LiveStatus } from '../api/live';
import { useTimeline } from '../api/queries';
import type { Timeline, TimelineRecord } from '../api/types';
import { Empty, Failure, Loading } from '../feedback/Feedback';
import { Page } from '../shell/Page';
import { useShell } from '../shell/Shell';
import { DeliveryPanel } from './DeliveryPanel';
import { Filters } from './Filters';
import { filterFromSearch, matches, siteNames } from './filter';
import { RecordPanel } from './RecordPanel';
import { TimelineList } from './TimelineList';

const STEP = 200;
/** The platform gives no more at once. */
const MOST = 1_000;

const LIVE_NAMES: Record<LiveStatus, string> = {
  connecting: 'Connecting…',
  live: 'Live',
  polling: 'Reconnecting, refreshed every 2 seconds',
};

interface FollowProps {
  status: LiveStatus;
  paused: boolean;
  waiting: number;
  onSwitch: () => void;
}

function Follow({ status, paused, waiting, onSwitch }: FollowProps) {
  const more = waiting > 0 ? `, ${waiting} new` : '';
  return (
    <>
      <span className="lp-live" data-live={paused ? 'paused' : status} role="status">
        <span aria-hidden="true" className="lp-live-dot" />
        {paused ? `Paused${more}` : LIVE_NAMES[status]}
      </span>
      <Button data-testid="follow" onClick={onSwitch} priority="secondary" size="small">
        {paused ? 'Follow' : 'Pause'}
      </Button>
    </>
  );
}

/** The address holds the chosen line and the filter; an empty value leaves the address. */
function useAddressState() {
  const [search, setSearch] = useSearchParams();
  const set = (name: 'kinds' | 'site' | 'text' | 'failed' | 'line', value: string) =>
    setSearch(
      (known) => {
        if (value === '') known.delete(name);
        else known.set(name, value);
        return known;
      },
      { replace: true },
    );
  return { filter: filterFromSearch(search), selectedId: search.get('line'), set };
}

/** The lines that came after those that stand still. */
function countNew(timeline: Timeline | undefined, still: Timeline | null): number {
  if (!timeline || !still) return 0;
  const known = new Set(still.records.map(({ recordId }) => recordId));
  return timeline.records.filter(({ recordId }) => !known.has(recordId)).length;
}

function Details({ record, onClose }: { record: TimelineRecord; onClose: () => void }) {
  if (record.deliveryId === null) return <RecordPanel onClose={onClose} record={record} />;
  return <DeliveryPanel deliveryId={record.deliveryId} onClose={onClose} />;
}

export function InspectorPage() {
  const { live } = useShell();
  const { filter, selectedId, set } = useAddressState();
  const [limit, setLimit] = useState(STEP);
  const [still, setStill] = useState<Timeline | null>(null);
  const { data, error, refetch, isFetching } = useTimeline(limit);
  const all = (still ?? data)?.records;
  const sites = useMemo(() => siteNames(all ?? []), [all]);
  const shown = all?.filter((record) => matches(record, filter));
  const selected = all?.find(({ recordId }) => recordId === selectedId);
  const close = () => set('line', '');
  return (
    <Page
      actions={
        <Follow
          onSwitch={() => setStill(still === null ? (data ?? null) : null)}
          paused={still !== null}
          status={live}
          waiting={countNew(data, still)}
        />
      }
      subtitle="Requests, tokens, webhooks, credits and jobs in one time line"
      title="Inspector"
    >
      <Filters filter={filter} onChange={set} sites={sites} />
      {!shown && !error && <Loading what="the time line" />}
      {!shown && error && (
        <Failure
          error={error}
          onRetry={() => void refetch()}
          title="The time line cannot be shown"
        />
      )}
      {all && shown && (
        <div className="lp-inspector" data-detail={selected !== undefined}>
          <section aria-label="Time line" className="lp-card lp-inspector-list">
            {all.length === 0 && (
              <Empty
                text="Install the app or change its plan, and everything that follows shows up here."
                title="Nothing happened yet"
              />
            )}
            {all.length > 0 && shown.length === 0 && (
              <Empty
                text="Choose other kinds or another site."
                title="Nothing matches the filter"
              />
            )}
            {shown.length > 0 && (
              <TimelineList
                onSelect={(recordId) => set('line', recordId)}
                records={shown}
                selectedId={selectedId}
              />
            )}
            {still === null && all.length >= limit && limit < MOST && (
              <div className="lp-more">
                <Button
                  disabled={isFetching}
                  onClick={() => setLimit(limit + STEP)}
                  priority="secondary"
                  size="small"
                >
                  Show older lines
                </Button>
              </div>
            )}
          </section>
          {selected && <Details onClose={close} record={selected} />}
        </div>
      )}
    </Page>
  );
}
