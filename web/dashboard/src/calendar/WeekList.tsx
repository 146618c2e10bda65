import { DayPanel } from './DayPanel';
import type { Day } from './day';
import type { PostsByDay } from './useCalendar';

interface WeekListProps {
  days: readonly Day[];
  today: Day;
  posts: PostsByDay;
}

/** A week, day below day: what fits on a phone. */
export function WeekList({ days, today, posts }: WeekListProps) {
  return (
    <div className="week" data-testid="week">
      {days.map((day) => (
        <DayPanel key={day} day={day} today={today} posts={posts.get(day) ?? []} />
      ))}
    </div>
  );
}
