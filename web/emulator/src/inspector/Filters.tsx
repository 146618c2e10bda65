import { KIND_NAMES, KINDS, switched, type TimelineFilter } from './filter';

interface FiltersProps {
  sites: string[];
  filter: TimelineFilter;
  onChange: (name: 'kinds' | 'site' | 'text' | 'failed', value: string) => void;
}

export function Filters({ sites, filter, onChange }: FiltersProps) {
  const { kinds, siteName, text, failedOnly } = filter;
  const known = siteName === null || sites.includes(siteName) ? sites : [siteName, ...sites];
  return (
    <section aria-label="Filter" className="lp-filters">
      <fieldset className="lp-kinds">
        <legend className="lp-visually-hidden">What to show</legend>
        {KINDS.map((kind) => (
          <button
            aria-pressed={kinds.includes(kind)}
            className="lp-kind"
            data-kind={kind}
            data-testid={`kind-${kind}`}
            key={kind}
            onClick={() => onChange('kinds', switched(kinds, kind))}
            type="button"
          >
            {KIND_NAMES[kind]}
          </button>
        ))}
      </fieldset>
      <div className="lp-filter-fields">
        <input
          aria-label="Search the time line"
          className="lp-input"
          onChange={(event) => onChange('text', event.target.value)}
          placeholder="Search"
          type="search"
          value={text}
        />
        <select
          aria-label="Site"
          className="lp-input"
          onChange={(event) => onChange('site', event.target.value)}
          value={siteName ?? ''}
        >
          <option value="">All sites</option>
          {known.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <label className="lp-check">
          <input
            checked={failedOnly}
            onChange={(event) => onChange('failed', event.target.checked ? '1' : '')}
            type="checkbox"
          />
          <span>Failures only</span>
        </label>
      </div>
    </section>
  );
}
