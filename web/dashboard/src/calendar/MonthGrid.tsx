import { useWixContext } from '@wixapp/react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { postAddress } from '../posts/address';
import { momentOf } from '../posts/state';
import type { Post } from '../posts/types';
import { addDays, addMonths, type Day, midnight } from './day';
import type { PostsByDay } from './useCalendar';

/** Posts that a day has room for. */
const SHOWN = 3;

interface MonthGridProps {
  weeks: readonly (readonly Day[])[];
  /** The day that is looked at. */
  day: Day;
  today: Day;
  posts: PostsByDay;
  onDay(day: Day): void;
}

/**
 * A month as a grid: the arrows move by days and weeks, Home and End within a week, Page Up and Down by months. One
 * day is in the order of the Tab key; its posts stand below the grid.
 */
export function MonthGrid({ weeks, day, today, posts, onDay }: MonthGridProps) {
  const { calendar: texts } = useAutopostMessages();
  const { format } = useWixContext();
  const grid = useRef<HTMLTableElement>(null);
  const isMoving = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus follows the day
  useEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    grid.current?.querySelector<HTMLElement>('button[tabindex="0"]')?.focus();
  }, [day]);
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const to = targetOf(event.key, day, weeks, document.documentElement.dir === 'rtl');
    if (to === null) return;
    event.preventDefault();
    isMoving.current = true;
    onDay(to);
  };
  const weekday = (width: 'long' | 'short', at: Day) =>
    new Intl.DateTimeFormat(format.locale, { weekday: width }).format(midnight(at));
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are chosen by keys is a grid
    <table ref={grid} className="month" role="grid" aria-label={texts.grid} data-testid="month">
      <thead>
        <tr>
          {weeks[0]?.map((at) => (
            <th key={at} scope="col">
              <abbr title={weekday('long', at)}>{weekday('short', at)}</abbr>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            {week.map((at) => (
              <DayCell
                key={at}
                at={at}
                isChosen={at === day}
                isToday={at === today}
                isOther={at.slice(0, 7) !== day.slice(0, 7)}
                posts={posts.get(at) ?? []}
                onChoose={() => onDay(at)}
                onKeyDown={move}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DayCellProps {
  at: Day;
  isChosen: boolean;
  isToday: boolean;
  /** It belongs to the month before or after. */
  isOther: boolean;
  posts: readonly Post[];
  onChoose(): void;
  onKeyDown(event: KeyboardEvent<HTMLElement>): void;
}

function DayCell({ at, isChosen, isToday, isOther, posts, onChoose, onKeyDown }: DayCellProps) {
  const { calendar: texts, posts: postTexts } = useAutopostMessages();
  const { format } = useWixContext();
  const name = new Intl.DateTimeFormat(format.locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  }).format(midnight(at));
  const time = new Intl.DateTimeFormat(format.locale, { timeStyle: 'short' });
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the button in it has the focus
    <td
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: what a td is in a grid
      role="gridcell"
      className="month__day"
      aria-selected={isChosen}
      data-chosen={isChosen}
      data-today={isToday}
      data-other={isOther}
    >
      <button
        type="button"
        className="month__number"
        tabIndex={isChosen ? 0 : -1}
        aria-label={texts.dayLabel(name, posts.length)}
        aria-current={isToday ? 'date' : undefined}
        onClick={onChoose}
        onKeyDown={onKeyDown}
        data-testid={`day-${at}`}
      >
        {format.number(midnight(at).getDate())}
      </button>
      {posts.slice(0, SHOWN).map((post) => (
        <Link
          key={post.id}
          className="month__post"
          data-state={post.state}
          to={postAddress(post.id)}
          // By keyboard the posts of the day are reached below the grid.
          tabIndex={-1}
          title={post.text}
        >
          <span className="month__time">{time.format(new Date(momentOf(post)))}</span>
          <span className="month__text" dir="auto">
            {post.text.trim() === '' ? postTexts.untitled : post.text}
          </span>
        </Link>
      ))}
      {posts.length > SHOWN && (
        <span className="month__more">{texts.more(posts.length - SHOWN)}</span>
      )}
    </td>
  );
}

/** The day that a key leads to. */
function targetOf(
  key: string,
  day: Day,
  weeks: readonly (readonly Day[])[],
  isRightToLeft: boolean,
): Day | null {
  const week = weeks.find((days) => days.includes(day)) ?? [day];
  const forward = isRightToLeft ? -1 : 1;
  switch (key) {
    case 'ArrowRight':
      return addDays(day, forward);
    case 'ArrowLeft':
      return addDays(day, -forward);
    case 'ArrowDown':
      return addDays(day, 7);
    case 'ArrowUp':
      return addDays(day, -7);
    case 'Home':
      return week[0] ?? day;
    case 'End':
      return week.at(-1) ?? day;
    case 'PageDown':
      return addMonths(day, 1);
    case 'PageUp':
      return addMonths(day, -1);
    default:
      return null;
  }
}
