import { Badge, Button } from '@wix/design-system';
import { type FormEvent, useState } from 'react';
import { useSwitchChaos } from '../api/actions';
import { useChaos } from '../api/queries';
import type { ChaosState } from '../api/types';
import { Failure, Loading, sentenceOf } from '../feedback/Feedback';
import { Section } from '../shell/Page';
import { draftOf, parseChaos, RATES, USUAL } from './chaos';

function ChaosForm({ chaos }: { chaos: ChaosState }) {
  const [draft, setDraft] = useState(() => draftOf(chaos.profile ?? USUAL));
  const [error, setError] = useState<string | null>(null);
  const change = useSwitchChaos();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseChaos(draft);
    setError('error' in parsed ? parsed.error : null);
    if ('profile' in parsed) change.mutate(parsed.profile);
  };
  const field = (name: keyof typeof draft, label: string, unit: string) => (
    <label key={name}>
      <span>{label}</span>
      <span className="lp-unit-field">
        <input
          className="lp-input"
          data-testid={`chaos-${name}`}
          inputMode="numeric"
          onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
          value={draft[name]}
        />
        {unit && <span className="lp-muted">{unit}</span>}
      </span>
    </label>
  );
  const problem = error ?? (change.error ? sentenceOf(change.error) : null);
  return (
    <form className="lp-chaos" noValidate onSubmit={submit}>
      <p className="lp-muted">
        {chaos.on
          ? `${chaos.seen} webhooks met with it so far. Wix sends again what is lost or late.`
          : 'The same seed and the same steps give the same run, every time.'}
      </p>
      {field('seed', 'Seed', '')}
      {RATES.map(({ rate, label }) => field(rate, label, '%'))}
      {problem && (
        <p className="lp-inline-error" role="alert">
          {problem}
        </p>
      )}
      <div className="lp-panel-actions">
        <Button data-testid="chaos-on" disabled={change.isPending} type="submit">
          {chaos.on ? 'Begin a new run' : 'Switch on'}
        </Button>
        {chaos.on && (
          <Button
            data-testid="chaos-off"
            disabled={change.isPending}
            onClick={() => change.mutate(null)}
            priority="secondary"
            type="button"
          >
            Switch off
          </Button>
        )}
      </div>
    </form>
  );
}

export function ChaosSection() {
  const { data: chaos, error, refetch } = useChaos();
  const skin = chaos?.on ? 'warningLight' : 'neutralStandard';
  return (
    <Section
      aside={
        chaos && (
          <Badge dataHook="chaos-state" size="small" skin={skin} uppercase={false}>
            {chaos.on ? 'On' : 'Off'}
          </Badge>
        )
      }
      title="Chaos on the way to the app"
    >
      {!chaos && !error && <Loading what="the chaos" />}
      {!chaos && error && (
        <Failure error={error} onRetry={() => void refetch()} title="Chaos cannot be shown" />
      )}
      {chaos && <ChaosForm chaos={chaos} />}
    </Section>
  );
}
