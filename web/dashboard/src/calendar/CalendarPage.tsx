import { Button } from '@wix/design-system';
import { Loaded, LoadingScreen, useWixContext } from '@wixapp/react';
import { Link, useSearchParams } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { composeAddress } from '../posts/address';
import { PageHead } from '../shell/PageHead';
import { Tabs } from '../shell/Tabs';
import { DayPanel } from './DayPanel';
import { addDays, addMonths, type Day, dayOf, firstWeekday, monthOf, readDay, weekOf } from './day';
import { MonthGrid } from './MonthGrid';
import { useCalendar, useIsNarrow } from './useCalendar';
import { WeekList } from './WeekList';

const VIEWS = ['month', 'week'] as const;
type View = (typeof VIEWS)[number];

/** When posts go out and went out; the day and the view are in the address. */
export default function CalendarPage() {
  const { calendar: texts } = useAutopostMessages();
  const { format, userData } = useWixContext();
  const [params, setParams] = useSearchParams();
  const isNarrow = useIsNarrow();
  // The app's clock and not the browser's: where the two differ, posts go out by the app's.
  const today = dayOf(userData === undefined ? new Date() : new Date(userData.now));
  const day = readDay(params.get('day')) ?? today;
  const chosen = VIEWS.find((each) => each === params.get('view'));
  const view: View = chosen ?? (isNarrow ? 'week' : 'month');
  const go = (to: Day) =>
    setParams({ ...(chosen === undefined ? {} : { view: chosen }), day: to }, { replace: true });
  const step = (count: number) =>
    go(view === 'month' ? addMonths(day, count) : addDays(day, 7 * count));
  const weeks =
    view === 'month'
      ? monthOf(day, firstWeekday(format.locale))
      : [weekOf(day, firstWeekday(format.locale))];
  const days = weeks.flat();
  const query = useCalendar(days[0] ?? day, days.at(-1) ?? day);

  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle}>
        <Button as={Link} to={composeAddress()} data-testid="post-new">
          {texts.create}
        </Button>
      </PageHead>
      <div className="calendar__bar">
        <Steps
          view={view}
          title={titleOf(view, days, day, format.locale)}
          step={step}
          onToday={() => go(today)}
        />
        <Tabs
          label={texts.views}
          tabs={VIEWS.map((each) => ({
            to: `?view=${each}&day=${day}`,
            text: texts.view[each],
            isCurrent: each === view,
          }))}
        />
      </div>
      <Loaded query={query} loading={<LoadingScreen cards={[view === 'month' ? 700 : 480]} />}>
        {(posts) =>
          view === 'month' ? (
            <>
              <MonthGrid weeks={weeks} day={day} today={today} posts={posts} onDay={go} />
              <DayPanel day={day} today={today} posts={posts.get(day) ?? []} />
            </>
          ) : (
            <WeekList days={days} today={today} posts={posts} />
          )
        }
      </Loaded>
    </div>
  );
}

function titleOf(view: View, days: readonly Day[], day: Day, locale: string): string {
  const noon = (of: Day) => new Date(`${of}T12:00:00`);
  if (view === 'month') {
    return new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' }).format(noon(day));
  }
  const range = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  return range.formatRange(noon(days[0] ?? day), noon(days.at(-1) ?? day));
}

interface StepsProps {
  view: View;
  title: string;
  step(count: number): void;
  onToday(): void;
}

function Steps({ view, title, step, onToday }: StepsProps) {
  const { calendar: texts } = useAutopostMessages();
  return (
    <div className="calendar__steps">
      <button
        type="button"
        className="wxa-icon-button calendar__step"
        aria-label={texts.back[view]}
        onClick={() => step(-1)}
        data-testid="calendar-back"
      >
        <Chevron isBack />
      </button>
      <button
        type="button"
        className="wxa-icon-button calendar__step"
        aria-label={texts.next[view]}
        onClick={() => step(1)}
        data-testid="calendar-next"
      >
        <Chevron />
      </button>
      <Button size="small" priority="secondary" onClick={onToday} data-testid="calendar-today">
        {texts.today}
      </Button>
      <h3 className="calendar__title" aria-live="polite" data-testid="calendar-title">
        {title}
      </h3>
    </div>
  );
}

function Chevron({ isBack = false }: { isBack?: boolean }) {
  return (
    <svg
      className="calendar__chevron"
      viewBox="0 0 24 24"
      width="22"
      height="22"
      fill="none"
      aria-hidden="true"
    >
      <path
        d={isBack ? 'm14.5 6-6 6 6 6' : 'm9.5 6 6 6-6 6'}
        stroke="currentColor"
        strokeLinecap="round"
        strokeLinejoin="round"
        strokeWidth="1.8"
      />
    </svg>
  );
}
