import { useMemo } from 'react';
import { jsonParts } from './json';

interface JsonViewProps {
  value: unknown;
  label: string;
  testId?: string;
}

/** Scrollable by keyboard, hence the tab stop and the label. */
export function JsonView({ value, label, testId }: JsonViewProps) {
  const parts = useMemo(() => jsonParts(value), [value]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs a tab stop
    <section aria-label={label} className="lp-code" data-testid={testId} tabIndex={0}>
      {parts.map(({ part, text }, index) =>
        part === 'plain' ? (
          text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
          <span className={`lp-json-${part}`} key={index}>
            {text}
          </span>
        ),
      )}
    </section>
  );
}
