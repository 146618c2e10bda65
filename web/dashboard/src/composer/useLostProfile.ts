import { useEffect, useRef } from 'react';
import type { Profile } from '../posts/types';

/** Notices that somebody has deleted the profile of a post that is being written. */
export function useLostProfile(
  profileId: string | null,
  profiles: readonly Profile[],
  onLost: (profileId: string) => void,
): void {
  const tell = useRef(onLost);
  tell.current = onLost;
  const isLost = profileId !== null && !profiles.some(({ id }) => id === profileId);
  useEffect(() => {
    if (isLost) tell.current(profileId);
  }, [isLost, profileId]);
}
