import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { NETWORKS, STATES } from './state';
import type { Network, PostState } from './types';

/** What the list shows, as it stands in the address. */
export interface PostQuery {
  state?: PostState;
  network?: Network;
  q?: string;
}

/** A word is looked for when its writer has paused. */
const PAUSE_MS = 350;
/** The server takes no longer search. */
const LONGEST_SEARCH = 100;

interface PostFiltersProps {
  query: PostQuery;
  onChange(query: PostQuery): void;
}

export function PostFilters({ query, onChange }: PostFiltersProps) {
  const { posts: texts, states, networkNames } = useAutopostMessages();
  const set = (name: keyof PostQuery, value: string) => {
    const { [name]: _, ...rest } = query;
    onChange(value === '' ? rest : { ...rest, [name]: value });
  };
  return (
    <search className="post-filters">
      <Search value={query.q ?? ''} onChange={(value) => set('q', value)} />
      <Choice
        label={texts.state}
        value={query.state ?? ''}
        onChange={(value) => set('state', value)}
        testId="posts-state"
      >
        <option value="">{texts.allStates}</option>
        {STATES.map((state) => (
          <option key={state} value={state}>
            {states[state]}
          </option>
        ))}
      </Choice>
      <Choice
        label={texts.network}
        value={query.network ?? ''}
        onChange={(value) => set('network', value)}
        testId="posts-network"
      >
        <option value="">{texts.allNetworks}</option>
        {NETWORKS.map((network) => (
          <option key={network} value={network}>
            {networkNames[network]}
          </option>
        ))}
      </Choice>
    </search>
  );
}

function Search({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { posts: texts } = useAutopostMessages();
  const [written, setWritten] = useState(value);
  const id = useId();
  const sent = useRef(value);
  // The address may change without this field: by "Show all posts", or by the back button. What the field itself has
  // sent comes back late, when more is written: that is not taken back.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setWritten(value);
  }, [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is written starts the wait
  useEffect(() => {
    if (written.trim() === value) return;
    const timer = setTimeout(() => {
      sent.current = written.trim();
      onChange(sent.current);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [written]);
  return (
    <div className="wxa-field post-filters__search">
      <label htmlFor={id}>{texts.search}</label>
      <input
        id={id}
        type="search"
        value={written}
        maxLength={LONGEST_SEARCH}
        onChange={(event) => setWritten(event.target.value)}
        data-testid="posts-search"
      />
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange(value: string): void;
  testId: string;
  children: ReactNode;
}

function Choice({ label, value, onChange, testId, children }: ChoiceProps) {
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
