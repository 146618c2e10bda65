import { Card, Heading, Text } from '@wix/design-system';
import { type ReactNode, useId } from 'react';

export interface PanelProps {
  title: string;
  subtitle?: string;
  /** At the end of the title's line. */
  suffix?: ReactNode;
  children: ReactNode;
}

/** A card with a heading that names it to screen readers. */
export function Panel({ title, subtitle, suffix, children }: PanelProps) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <Card stretchVertically>
        <div className="panel__head">
          <div className="panel__titles">
            <Heading as="h3" size="small" id={id}>
              {title}
            </Heading>
            {subtitle !== undefined && (
              <Text size="small" secondary>
                {subtitle}
              </Text>
            )}
          </div>
          {suffix}
        </div>
        <div className="panel__body">{children}</div>
      </Card>
    </section>
  );
}
