import { Text } from '@wix/design-system';
import {
  EmptyState,
  Loaded,
  LoadingScreen,
  UsageChart,
  UsageForecast,
  useMessages,
  useUsage,
  useWixContext,
} from '@wixapp/react';
import { Link, useSearchParams } from 'react-router';
import { useAppMessages } from '../messages/useAppMessages';
import { endOf } from '../overview/ending';
import { PageHead } from '../shell/PageHead';
import { Panel } from '../shell/Panel';
import { Tabs } from '../shell/Tabs';
import { useHasPosts } from '../shell/useHasPosts';

const RANGES = [7, 30, 90] as const;
const DEFAULT_DAYS = 30;
/** The forecast looks this far back, whatever the chart shows. */
const FORECAST_DAYS = 30;

/** What was spent, by day and action, and how long the rest lasts. */
export default function UsagePage() {
  const { usage: texts } = useAppMessages();
  const [params] = useSearchParams();
  const days = RANGES.find((range) => String(range) === params.get('days')) ?? DEFAULT_DAYS;
  const lately = useUsage(FORECAST_DAYS);
  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle} />
      <Panel title={texts.forecast}>
        <div className="usage__forecast">
          <Longest />
          <Loaded query={lately} loading={<Bones />}>
            {(usage) => <UsageForecast usage={usage} />}
          </Loaded>
        </div>
      </Panel>
      <Panel
        title={texts.byDay}
        suffix={
          <Tabs
            label={texts.range}
            tabs={RANGES.map((range) => ({
              to: `?days=${range}`,
              text: texts.days(range),
              isCurrent: range === days,
            }))}
          />
        }
      >
        <Chart days={days} />
      </Panel>
    </div>
  );
}

/** Keeps the place of the longest forecast, in the reader's language and at any width, so that the chart stays where it is. */
function Longest() {
  const { usage: texts } = useMessages();
  const { format, userData } = useWixContext();
  const ending = userData === undefined ? null : endOf(userData);
  const [from, to] = ['2026-11-23T12:00:00Z', '2027-09-30T12:00:00Z'];
  return (
    <div className="wxa-forecast usage__longest" aria-hidden="true">
      <Text weight="bold">
        {ending === null
          ? texts.runsOut(format.date(to), format.days(to, from))
          : texts.planEnds(format.date(ending.at))}
      </Text>
      <Text size="small">{texts.pace(format.decimal(10.5))}</Text>
    </div>
  );
}

/** Two lines where the forecast will stand; a whole card of bones would be taller than it. */
function Bones() {
  return (
    <div className="usage__bones" aria-hidden="true">
      <span className="wxa-bone" />
      <span className="wxa-bone wxa-bone--short" />
    </div>
  );
}

function Chart({ days }: { days: number }) {
  const { usage: texts, jobs } = useAppMessages();
  const hasPosts = useHasPosts();
  const query = useUsage(days);
  return (
    <Loaded query={query} loading={<LoadingScreen cards={[400]} />}>
      {(usage) =>
        usage.credits === 0 ? (
          <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
            {hasPosts && (
              <Link className="link" to="/">
                {texts.emptyAction}
              </Link>
            )}
          </EmptyState>
        ) : (
          <div aria-busy={query.isPlaceholderData}>
            <p className="usage__sum">{texts.sum(usage.credits, usage.days.length)}</p>
            <UsageChart usage={usage} actionName={(action) => jobs.kinds[action] ?? action} />
          </div>
        )
      }
    </Loaded>
  );
}
