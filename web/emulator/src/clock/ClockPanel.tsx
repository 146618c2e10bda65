import { Button } from '@wix/design-system';
import { type FormEvent, useId, useState } from 'react';
import type { ClockTarget } from '../api/actions';
import { useClockState } from '../api/queries';
import type { ClockState } from '../api/types';
import { sentenceOf } from '../feedback/Feedback';
import { formatDateTime, formatRelative, formatSpan } from '../format/time';
import { SkipIcon } from '../shell/icons';
import { ClockMore } from './ClockMore';
import { useClockMoves } from './ClockMoves';
import { DURATION_UNITS, type DurationUnit, parseDuration } from './duration';
import { usePlatformNow } from './now';

const STEPS = [
  { duration: '1h', label: '+1 hour' },
  { duration: '1d', label: '+1 day' },
  { duration: '30d', label: '+30 days' },
] as const;

interface PanelProps {
  /** The same panel can be open twice (top bar and home page); only one may carry the test ids. */
  testIds?: boolean;
}

function Reading({ clock, now }: { clock: ClockState; now: number }) {
  const isAhead = clock.offsetMs >= 1_000;
  return (
    <div className="lp-clock-reading">
      <time className="lp-clock-time" dateTime={new Date(now).toISOString()}>
        {formatDateTime(now)}
      </time>
      <span className="lp-muted">
        {clock.pace && `Running: ${formatSpan(clock.pace.perSecondMs)} each second. `}
        {isAhead ? `${formatSpan(clock.offsetMs)} ahead of real time` : 'In step with real time'}
      </span>
    </div>
  );
}

interface NextEventProps {
  clock: ClockState;
  now: number;
  disabled: boolean;
  onMove: (target: ClockTarget) => void;
}

function NextEvent({ clock, now, disabled, onMove }: NextEventProps) {
  const { nextEvent, nextEventAt } = clock;
  if (nextEventAt === null) {
    return (
      <p className="lp-clock-next lp-muted">Nothing is due. Events appear once a plan runs.</p>
    );
  }
  return (
    <div className="lp-clock-next">
      <div>
        <span className="lp-muted">Next event</span>
        <strong>{nextEvent || 'Event'}</strong>
        <span className="lp-muted" title={formatDateTime(nextEventAt)}>
          {formatRelative(nextEventAt, now)}
        </span>
      </div>
      <Button
        disabled={disabled}
        onClick={() => onMove('next-event')}
        prefixIcon={<SkipIcon size={18} />}
        priority="secondary"
        size="small"
      >
        Jump there
      </Button>
    </div>
  );
}

interface CustomMoveProps {
  disabled: boolean;
  testIds: boolean;
  onMove: (target: ClockTarget) => void;
}

function CustomMove({ disabled, testIds, onMove }: CustomMoveProps) {
  const [amount, setAmount] = useState('');
  const [unit, setUnit] = useState<DurationUnit>('d');
  const [error, setError] = useState<string | null>(null);
  const errorId = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseDuration(amount, unit);
    setError('error' in parsed ? parsed.error : null);
    if ('duration' in parsed) onMove(parsed);
  };
  return (
    <form className="lp-clock-custom" noValidate onSubmit={submit}>
      <input
        aria-describedby={error ? errorId : undefined}
        aria-invalid={error !== null}
        aria-label="Move the clock by"
        className="lp-input"
        data-testid={testIds ? 'clock-advance-custom' : undefined}
        inputMode="numeric"
        onChange={(event) => setAmount(event.target.value)}
        placeholder="Custom"
        value={amount}
      />
      <select
        aria-label="Unit"
        className="lp-input"
        onChange={(event) => {
          const chosen = DURATION_UNITS.find(({ id }) => id === event.target.value);
          if (chosen) setUnit(chosen.id);
        }}
        value={unit}
      >
        {DURATION_UNITS.map(({ id, value }) => (
          <option key={id} value={id}>
            {value}
          </option>
        ))}
      </select>
      <Button
        data-testid={testIds ? 'clock-advance-submit' : undefined}
        disabled={disabled}
        priority="secondary"
        size="medium"
        type="submit"
      >
        Move
      </Button>
      {error && (
        <p className="lp-field-error" id={errorId} role="alert">
          {error}
        </p>
      )}
    </form>
  );
}

function MoveStatus({ testIds }: { testIds: boolean }) {
  const { isMoving, result, error } = useClockMoves();
  return (
    <>
      <div aria-live="polite" className="lp-clock-status">
        {isMoving && (
          <>
            <div className="lp-progress">
              <div className="lp-progress-bar" />
            </div>
            <span>Moving the clock and delivering what falls due…</span>
          </>
        )}
        {!isMoving && !error && result && (
          <span className="lp-clock-result" data-testid={testIds ? 'clock-result' : undefined}>
            {result}
          </span>
        )}
      </div>
      {!isMoving && error && (
        <p className="lp-inline-error" role="alert">
          {sentenceOf(error)}
        </p>
      )}
    </>
  );
}

export function ClockPanel({ testIds = false }: PanelProps) {
  const { data: clock, error, refetch } = useClockState();
  const now = usePlatformNow(1_000);
  const { isMoving, move } = useClockMoves();
  if (!clock || now === null) {
    if (!error) return <p className="lp-muted">Reading the clock…</p>;
    return (
      <p className="lp-inline-error" role="alert">
        {sentenceOf(error)}{' '}
        <button className="lp-link" onClick={() => void refetch()} type="button">
          Try again
        </button>
      </p>
    );
  }
  return (
    <div className="lp-clock-panel">
      <Reading clock={clock} now={now} />
      <div className="lp-clock-steps">
        {STEPS.map(({ duration, label }) => (
          <Button
            data-testid={testIds ? `clock-advance-${duration}` : undefined}
            disabled={isMoving}
            fullWidth
            key={duration}
            onClick={() => move({ duration })}
            priority="secondary"
            size="medium"
          >
            {label}
          </Button>
        ))}
      </div>
      <CustomMove disabled={isMoving} onMove={move} testIds={testIds} />
      <NextEvent clock={clock} disabled={isMoving} now={now} onMove={move} />
      <ClockMore clock={clock} disabled={isMoving} now={now} onMove={move} />
      <MoveStatus testIds={testIds} />
    </div>
  );
}
