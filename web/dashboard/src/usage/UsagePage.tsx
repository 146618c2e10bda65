import {
  EmptyState,
  ErrorScreen,
  LoadingScreen,
  UsageChart,
  UsageForecast,
  useUsage,
} from '@wixapp/react';
import { Link, useSearchParams } from 'react-router';
import { useAppMessages } from '../messages/useAppMessages';
import { PageHead } from '../shell/PageHead';
import { Panel } from '../shell/Panel';
import { Tabs } from '../shell/Tabs';

const RANGES = [7, 30, 90] as const;
const DEFAULT_DAYS = 30;
/** The forecast looks this far back, whatever the chart shows. */
const FORECAST_DAYS = 30;

/** What was spent, by day and action, and how long the rest lasts. */
export default function UsagePage() {
  const { usage: texts } = useAppMessages();
  const [params] = useSearchParams();
  const days = RANGES.find((range) => String(range) === params.get('days')) ?? DEFAULT_DAYS;
  const { data: lately } = useUsage(FORECAST_DAYS);
  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle} />
      <Panel title={texts.forecast}>
        {lately === undefined ? <LoadingScreen cards={[56]} /> : <UsageForecast usage={lately} />}
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

function Chart({ days }: { days: number }) {
  const { usage: texts, jobs } = useAppMessages();
  const { data, error, refetch, isPlaceholderData } = useUsage(days);
  if (data === undefined) {
    return error === null ? (
      <LoadingScreen cards={[320]} />
    ) : (
      <ErrorScreen error={error} onRetry={() => void refetch()} />
    );
  }
  if (data.credits === 0) {
    return (
      <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
        <Link className="link" to="/">
          {texts.emptyAction}
        </Link>
      </EmptyState>
    );
  }
  return (
    <div aria-busy={isPlaceholderData}>
      <p className="usage__sum">{texts.sum(data.credits, data.days.length)}</p>
      <UsageChart usage={data} actionName={(action) => jobs.kinds[action] ?? action} />
    </div>
  );
}
