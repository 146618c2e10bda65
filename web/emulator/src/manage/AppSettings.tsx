import { Button } from '@wix/design-system';
import { type FormEvent, useId, useRef, useState } from 'react';
import { useSaveSettings } from '../api/actions';
import { useAppSettings } from '../api/queries';
import type { AppSettings as Settings } from '../api/types';
import { sentenceOf } from '../feedback/Feedback';
import { Section } from '../shell/Page';

/** The longest free trial. */
const MOST_DAYS = 365;

/** The days that were typed: none is no trial, and nothing is what no trial can last. */
function trialOf(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const days = /^\s*\d+\s*$/.test(text) ? Number(text) : 0;
  return days >= 1 && days <= MOST_DAYS ? days : undefined;
}

function Form({ settings }: { settings: Settings }) {
  const save = useSaveSettings();
  const [trial, setTrial] = useState(String(settings.trialDays ?? ''));
  const [held, setHeld] = useState(settings.permissions);
  const [hasPricing, setPricing] = useState(settings.externalPricingPage);
  const [isWrong, setWrong] = useState(false);
  const [id, wrongId] = [useId(), useId()];
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trialDays = trialOf(trial);
    setWrong(trialDays === undefined);
    if (trialDays === undefined) field.current?.focus();
    else save.mutate({ externalPricingPage: hasPricing, trialDays, permissions: held });
  };
  return (
    <form className="lp-settings" onChange={() => save.reset()} onSubmit={submit}>
      <div className="lp-field">
        <label htmlFor={id}>Days of the free trial; empty for none</label>
        <input
          aria-describedby={isWrong ? wrongId : undefined}
          aria-invalid={isWrong}
          className="lp-input"
          data-testid="trial-days"
          id={id}
          inputMode="numeric"
          onChange={(event) => {
            setTrial(event.target.value);
            setWrong(false);
          }}
          ref={field}
          value={trial}
        />
        {isWrong && (
          <p className="lp-inline-error" id={wrongId} role="alert">
            A whole number of days from 1 to {MOST_DAYS}, or nothing for no trial.
          </p>
        )}
      </div>
      <label className="lp-check">
        <input
          checked={hasPricing}
          onChange={(event) => setPricing(event.target.checked)}
          type="checkbox"
        />
        The app has a pricing page of its own
      </label>
      <fieldset className="lp-choices">
        <legend>Permissions</legend>
        {settings.knownPermissions.map((known) => (
          <label className="lp-check" key={known.id}>
            <input
              checked={held.includes(known.id)}
              onChange={({ target }) =>
                setHeld((now) =>
                  target.checked ? [...now, known.id] : now.filter((one) => one !== known.id),
                )
              }
              type="checkbox"
            />
            {known.name}
          </label>
        ))}
      </fieldset>
      <div className="lp-actions">
        <Button data-testid="save-settings" disabled={save.isPending} type="submit">
          {save.isPending ? 'Saving…' : 'Save'}
        </Button>
        {save.isSuccess && <span role="status">Saved.</span>}
      </div>
      {save.error && (
        <p className="lp-inline-error" role="alert">
          {sentenceOf(save.error)}
        </p>
      )}
    </form>
  );
}

/** How the app is set up at the platform: what its page in Wix's developer centre would say. */
export function AppSettings() {
  const { data: settings } = useAppSettings();
  if (!settings) return null;
  return (
    <Section title="App settings">
      <details className="lp-details">
        <summary data-testid="app-settings">Free trial, pricing page and permissions</summary>
        <Form settings={settings} />
      </details>
    </Section>
  );
}
