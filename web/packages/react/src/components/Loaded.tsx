import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorScreen } from './ErrorScreen.js';

/** What is shown of a query: one of a hook's, or several put together. */
interface Shown<T> extends Pick<UseQueryResult<T>, 'data' | 'error'> {
  refetch(): unknown;
}

export interface LoadedProps<T> {
  /** A query of this package's hooks, or one of your own, or several put together. */
  query: Shown<T>;
  /** Stands where the content will, until it is there. */
  loading: ReactNode;
  /** Shows what the query brought. */
  children(data: T): ReactNode;
}

/** What a query brought; until then its skeleton, or why it failed with a way to try again. */
export function Loaded<T>({ query, loading, children }: LoadedProps<T>) {
  const { data, error, refetch } = query;
  if (data !== undefined) return <>{children(data)}</>;
  if (error !== null) return <ErrorScreen error={error} onRetry={() => void refetch()} />;
  return <>{loading}</>;
}
