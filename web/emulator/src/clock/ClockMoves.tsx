import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { type ClockTarget, moveClock } from '../api/actions';
import { keys } from '../api/queries';
import { describeMove } from './result';

interface ClockMoves {
  isMoving: boolean;
  /** What the last move brought, or null before the first one. */
  result: string | null;
  error: Error | null;
  move: (target: ClockTarget) => void;
}

const Context = createContext<ClockMoves | null>(null);

/** Above the panels, so that closing one neither loses a move's result nor allows a second move. */
export function ClockMovesProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { isPending, data, error, mutate } = useMutation({
    mutationFn: async (target: ClockTarget) => {
      const { before, move } = await moveClock(target);
      return describeMove(before.offsetMs, move);
    },
    onSettled: () => {
      for (const queryKey of [keys.clock, keys.state, keys.deliveries, keys.timeline]) {
        void client.invalidateQueries({ queryKey });
      }
    },
  });
  const value = {
    isMoving: isPending,
    result: data ?? null,
    error,
    move: (target: ClockTarget) => {
      if (!isPending) mutate(target);
    },
  };
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useClockMoves(): ClockMoves {
  const moves = useContext(Context);
  if (!moves) throw new Error('useClockMoves needs a ClockMovesProvider above it');
  return moves;
}
