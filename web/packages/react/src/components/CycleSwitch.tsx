import { useId } from 'react';
import type { SoldCycle } from '../api/types.js';
import { useMessages } from '../messages/useMessages.js';

export interface CycleSwitchProps {
  /** The cycle whose prices are shown. */
  cycle: SoldCycle;
  /** Another cycle was chosen. */
  onChange(cycle: SoldCycle): void;
  /** What a year saves, as text. */
  saving: string | null;
}

/** Monthly or yearly, as one radio group: arrow keys move, screen readers hear two choices. */
export function CycleSwitch({ cycle, onChange, saving }: CycleSwitchProps) {
  const messages = useMessages();
  const name = useId();
  const choices: readonly [SoldCycle, string][] = [
    ['MONTHLY', messages.pricing.monthly],
    ['YEARLY', messages.pricing.yearly],
  ];
  return (
    <fieldset className="wxa-cycle">
      <legend className="wxa-sr-only">{messages.pricing.cycleLabel}</legend>
      {choices.map(([value, label]) => (
        <label
          key={value}
          className="wxa-cycle__choice"
          data-testid={`cycle-${value.toLowerCase()}`}
        >
          <input
            type="radio"
            className="wxa-sr-only"
            name={name}
            value={value}
            checked={cycle === value}
            onChange={() => onChange(value)}
          />
          <span>{label}</span>
          {value === 'YEARLY' && saving !== null && (
            <span className="wxa-cycle__saving">{saving}</span>
          )}
        </label>
      ))}
    </fieldset>
  );
}
