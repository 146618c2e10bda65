import { useWixContext } from '@wixapp/react';
import { useEffect, useState } from 'react';
import { useMatch } from 'react-router';
import { useScript } from '../shell/lazyPage';
import { useHasPosts } from '../shell/useHasPosts';
import { useLatePosts } from './useLatePosts';
import { isFirstTry, useReminder } from './useReminder';

/** The banner about posts and those it tells of. Its words are those of the posts' pages: the first view does without. */
export function usePostsBanner() {
  const isShown = useMatch('/') !== null;
  const hasPosts = useHasPosts();
  const { posts, isAsking } = useLatePosts(isShown && hasPosts !== false);
  const isNeeded = hasPosts === true && posts.length > 0;
  const script = useScript('posts-banner', () => import('./PostsBanner'), isNeeded);
  return {
    posts,
    Banner: isNeeded ? script.data?.default : undefined,
    isComing: hasPosts !== false && (isAsking || (isNeeded && isFirstTry(script))),
  };
}

/** Banners that are not known after this time may come later, and move what they must. */
export const WAIT_MS = 2_000;

/**
 * Whether it is known what stands above the overview, so that nothing there moves what is below it. Once that was known
 * the page is never taken away again.
 */
export function useAreBannersKnown(): boolean {
  const { userData } = useWixContext();
  const isOverview = useMatch('/') !== null;
  const reminder = useReminder();
  const { isComing } = usePostsBanner();
  const [wasKnown, setWasKnown] = useState(false);
  const isKnown = userData !== undefined && !isComing && !(reminder?.isNaming ?? false);
  if (isOverview && isKnown && !wasKnown) setWasKnown(true);
  const isWaiting = isOverview && userData !== undefined && !wasKnown;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => setWasKnown(true), WAIT_MS);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return !isOverview || wasKnown || isKnown;
}
