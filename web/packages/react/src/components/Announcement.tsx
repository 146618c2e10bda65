import { useEffect, useRef, useState } from 'react';

export interface AnnouncementProps {
  /** What is told when it changes. */
  text: string;
  /** Speaks at most once in so long, always the latest text, so that a burst does not flood the reader. */
  pauseMs?: number;
}

/** Tells screen readers about a changed value; silent about the value the page came with. */
export function Announcement({ text, pauseMs = 400 }: AnnouncementProps) {
  const latest = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [spoken, setSpoken] = useState('');

  useEffect(() => {
    if (latest.current === text) return;
    latest.current = text;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setSpoken(latest.current);
    }, pauseMs);
  }, [pauseMs, text]);

  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    <span className="wxa-sr-only" role="status" aria-live="polite">
      {spoken}
    </span>
  );
}
