import { Text } from '@wix/design-system';
import { useWixContext } from '@wixapp/react';
import { Link } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { composeAddress } from '../posts/address';
import { PostRow } from '../posts/PostRow';
import type { Post } from '../posts/types';
import { Panel } from '../shell/Panel';
import { type Day, midnight } from './day';

interface DayPanelProps {
  day: Day;
  today: Day;
  posts: readonly Post[];
}

/** All posts of one day, and the way to one more. */
export function DayPanel({ day, today, posts }: DayPanelProps) {
  const { calendar: texts } = useAutopostMessages();
  const { format } = useWixContext();
  const name = new Intl.DateTimeFormat(format.locale, { dateStyle: 'full' }).format(midnight(day));
  return (
    <Panel title={name} suffix={day >= today && <NewPost day={day} name={name} />}>
      {posts.length === 0 ? (
        <Text size="small" secondary>
          {day >= today ? texts.noneYet : texts.none}
        </Text>
      ) : (
        <ul className="post-list" data-testid="day-posts">
          {posts.map((post) => (
            <PostRow key={post.id} post={post} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function NewPost({ day, name }: { day: Day; name: string }) {
  const { calendar: texts } = useAutopostMessages();
  return (
    <Link
      className="link calendar__new"
      to={composeAddress(day)}
      aria-label={texts.createOn(name)}
      data-testid={`new-on-${day}`}
    >
      {texts.create}
    </Link>
  );
}
