import { DELIVERY_STATES, type DeliveryFilter, STATE_NAMES } from './filter';

interface FiltersProps {
  types: string[];
  filter: DeliveryFilter;
  onChange: (name: 'type' | 'state', value: string) => void;
}

export function Filters({ types, filter, onChange }: FiltersProps) {
  const { eventType, state } = filter;
  const known = eventType === null || types.includes(eventType) ? types : [eventType, ...types];
  return (
    <div className="lp-filters">
      <label>
        <span>Event</span>
        <select
          className="lp-input"
          onChange={(event) => onChange('type', event.target.value)}
          value={eventType ?? ''}
        >
          <option value="">All events</option>
          {known.map((type) => (
            <option key={type} value={type}>
              {type}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>State</span>
        <select
          className="lp-input"
          onChange={(event) => onChange('state', event.target.value)}
          value={state ?? ''}
        >
          <option value="">All states</option>
          {DELIVERY_STATES.map((each) => (
            <option key={each} value={each}>
              {STATE_NAMES[each]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
