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
import { chosenRecord, filterFromSearch, matches, siteNames } from './filter';
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

/**
 * The address holds the chosen line and the filter; an empty value leaves the address. Links from elsewhere name a
 * `delivery` instead of a line, until another line is chosen.
 */
function useAddressState() {
  const [search, setSearch] = useSearchParams();
  const set = (name: 'kinds' | 'site' | 'text' | 'failed' | 'line', value: string) =>
    setSearch(
      (known) => {
        if (value === '') known.delete(name);
        else known.set(name, value);
        if (name === 'line') known.delete('delivery');
        return known;
      },
      { replace: true },
    );
  const chosen = { line: search.get('line'), delivery: search.get('delivery') };
  return { filter: filterFromSearch(search), chosen, set };
}

/** The lines that came after those that stand still. */
function countNew(timeline: Timeline | undefined, still: Timeline | null): number {
  if (!timeline || !still) return 0;
  const known = new Set(still.records.map(({ recordId }) => recordId));
  return timeline.records.filter(({ recordId }) => !known.has(recordId)).length;
}

interface DetailsProps {
  record: TimelineRecord | undefined;
  /** Shown where no line that is loaded tells of it. */
  deliveryId: string | null;
  onClose: () => void;
}

function Details({ record, deliveryId, onClose }: DetailsProps) {
  const delivery = record ? record.deliveryId : deliveryId;
  if (delivery !== null) return <DeliveryPanel deliveryId={delivery} onClose={onClose} />;
  return record && <RecordPanel onClose={onClose} record={record} />;
}

export function InspectorPage() {
  const { live } = useShell();
  const { filter, chosen, set } = useAddressState();
  const [limit, setLimit] = useState(STEP);
  const [still, setStill] = useState<Timeline | null>(null);
  const { data, error, refetch, isFetching } = useTimeline(limit);
  const all = (still ?? data)?.records;
  const sites = useMemo(() => siteNames(all ?? []), [all]);
  const shown = all?.filter((record) => matches(record, filter));
  const selected = chosenRecord(all ?? [], chosen);
  const hasDetail = selected !== undefined || chosen.delivery !== null;
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
        <div className="lp-inspector" data-detail={hasDetail}>
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
                selectedId={selected?.recordId ?? null}
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
          {hasDetail && <Details deliveryId={chosen.delivery} onClose={close} record={selected} />}
        </div>
      )}
    </Page>
  );
}
