import { Button } from '@wix/design-system';
import { type FormEvent, useId, useState } from 'react';
import { type ClockTarget, useRunClock } from '../api/actions';
import type { ClockState } from '../api/types';
import { sentenceOf } from '../feedback/Feedback';
import { parseMoment } from './duration';

const PACES = [
  { perSecond: '1h', label: '1 hour a second' },
  { perSecond: '1d', label: '1 day a second' },
  { perSecond: '30d', label: '30 days a second' },
] as const;

interface ClockMoreProps {
  clock: ClockState;
  now: number;
  disabled: boolean;
  onMove: (target: ClockTarget) => void;
}

function SetMoment({ now, disabled, onMove }: Omit<ClockMoreProps, 'clock'>) {
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  const errorId = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseMoment(text, now);
    setError('error' in parsed ? parsed.error : null);
    if ('to' in parsed) onMove(parsed);
  };
  return (
    <form noValidate onSubmit={submit}>
      <label>
        <span>Set the time to</span>
        <input
          aria-describedby={error ? errorId : undefined}
          aria-invalid={error !== null}
          className="lp-input"
          onChange={(event) => setText(event.target.value)}
          type="datetime-local"
          value={text}
        />
      </label>
      <Button disabled={disabled} priority="secondary" size="medium" type="submit">
        Set
      </Button>
      {error && (
        <p className="lp-field-error" id={errorId} role="alert">
          {error}
        </p>
      )}
    </form>
  );
}

function RunAtPace({ clock }: { clock: ClockState }) {
  const [perSecond, setPerSecond] = useState<string>('1d');
  const run = useRunClock();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run.mutate(clock.pace ? null : perSecond);
  };
  return (
    <form onSubmit={submit}>
      <label>
        <span>Let it run</span>
        <select
          className="lp-input"
          disabled={clock.pace !== null}
          onChange={(event) => setPerSecond(event.target.value)}
          value={perSecond}
        >
          {PACES.map(({ perSecond: pace, label }) => (
            <option key={pace} value={pace}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Button disabled={run.isPending} priority="secondary" size="medium" type="submit">
        {clock.pace ? 'Stop' : 'Run'}
      </Button>
      {run.error && (
        <p className="lp-field-error" role="alert">
          {sentenceOf(run.error)}
        </p>
      )}
    </form>
  );
}

/** The rarer ways to move the clock. */
export function ClockMore({ clock, ...moves }: ClockMoreProps) {
  return (
    <details className="lp-clock-more" open={clock.pace !== null}>
      <summary>Set a time, or let it run</summary>
      <SetMoment {...moves} />
      <RunAtPace clock={clock} />
    </details>
  );
}
