import { type RefObject, useEffect, useState } from 'react';

/** Whether there is more in an element than it has room for, from top to bottom. */
export function useOverflow(element: RefObject<HTMLElement>): boolean {
  const [isOver, setOver] = useState(false);
  // After every drawing: the children that are watched may be others.
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const look = () => setOver(current.scrollHeight > current.clientHeight);
    const observer = new ResizeObserver(look);
    for (const each of [current, ...current.children]) observer.observe(each);
    look();
    return () => observer.disconnect();
  });
  return isOver;
}
