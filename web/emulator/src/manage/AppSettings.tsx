import { Button } from '@wix/design-system';
import { type FormEvent, useId, useState } from 'react';
import { useSaveSettings } from '../api/actions';
import { useAppSettings } from '../api/queries';
import type { AppSettings as Settings } from '../api/types';
import { sentenceOf } from '../feedback/Feedback';
import { Section } from '../shell/Page';

/** The days that were typed: none is no trial, and what is no number stays for the platform to refuse. */
function trialOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}

function Form({ settings }: { settings: Settings }) {
  const save = useSaveSettings();
  const [trial, setTrial] = useState(String(settings.trialDays ?? ''));
  const [held, setHeld] = useState(settings.permissions);
  const [hasPricing, setPricing] = useState(settings.externalPricingPage);
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ externalPricingPage: hasPricing, trialDays: trialOf(trial), permissions: held });
  };
  return (
    <form className="lp-settings" onChange={() => save.reset()} onSubmit={submit}>
      <div className="lp-field">
        <label htmlFor={id}>Days of the free trial; empty for none</label>
        <input
          className="lp-input"
          data-testid="trial-days"
          id={id}
          inputMode="numeric"
          onChange={(event) => setTrial(event.target.value)}
          value={trial}
        />
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
