import { type ReactNode, useId } from 'react';
import { useMessages } from '../messages/useMessages.js';
import { ENTRY_KINDS, type HistoryQuery, isFiltered, isReversed, POOLS } from './query.js';

export interface HistoryFiltersProps {
  /** The filters that are set. */
  query: HistoryQuery;
  /** Other filters were chosen. */
  onChange(query: HistoryQuery): void;
}

/** Kind, pool and days, on the browser's own controls: they work by keyboard, by voice and on a phone. */
export function HistoryFilters({ query, onChange }: HistoryFiltersProps) {
  const { history } = useMessages();
  const problemId = useId();
  const problem = isReversed(query) ? problemId : undefined;
  const set = (name: keyof HistoryQuery, value: string) => {
    const { [name]: _, entry: __, ...rest } = query;
    onChange(value === '' ? rest : { ...rest, [name]: value });
  };
  return (
    <form
      className="wxa-filters"
      aria-label={history.filters}
      onSubmit={(event) => event.preventDefault()}
    >
      <Choice
        label={history.kind}
        value={query.kind ?? ''}
        onChange={(value) => set('kind', value)}
        testId="filter-kind"
      >
        <option value="">{history.allKinds}</option>
        {ENTRY_KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {history.kinds[kind]}
          </option>
        ))}
      </Choice>
      <Choice
        label={history.pool}
        value={query.pool ?? ''}
        onChange={(value) => set('pool', value)}
        testId="filter-pool"
      >
        <option value="">{history.allPools}</option>
        {POOLS.map((pool) => (
          <option key={pool} value={pool}>
            {history.pools[pool]}
          </option>
        ))}
      </Choice>
      {(['from', 'to'] as const).map((name) => (
        <DayField
          key={name}
          label={history[name]}
          value={query[name] ?? ''}
          onChange={(value) => set(name, value)}
          testId={`filter-${name}`}
          problemId={problem}
          {...(name === 'from' ? { max: query.to } : { min: query.from })}
        />
      ))}
      {isFiltered(query) && (
        <button
          type="button"
          className="wxa-link-button"
          onClick={() => onChange({})}
          data-testid="filter-clear"
        >
          {history.clear}
        </button>
      )}
      {problem !== undefined && (
        <p id={problem} className="wxa-filters__problem" role="alert" data-testid="filter-problem">
          {history.reversed}
        </p>
      )}
    </form>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  testId: string;
}

function Choice({
  label,
  value,
  onChange,
  testId,
  children,
}: FieldProps & { children: ReactNode }) {
  const id = useId();
  return (
    <div className="wxa-field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      >
        {children}
      </select>
    </div>
  );
}

interface DayProps extends FieldProps {
  min?: string | undefined;
  max?: string | undefined;
  /** Of the words that say what is wrong with it. */
  problemId: string | undefined;
}

function DayField({ label, value, onChange, testId, min, max, problemId }: DayProps) {
  const id = useId();
  return (
    <div className="wxa-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="date"
        value={value}
        min={min}
        max={max}
        aria-invalid={problemId !== undefined}
        aria-describedby={problemId}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      />
    </div>
  );
}
