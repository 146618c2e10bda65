import { Heading, Text } from '@wix/design-system';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  /** What is not there yet. */
  title: string;
  /** What will be, or what to do about it. */
  text: string;
  /** A way to fill the place, usually a button. */
  children?: ReactNode;
}

/** What will be here, said kindly, where there is nothing yet. */
export function EmptyState({ title, text, children }: EmptyStateProps) {
  return (
    <div className="wxa-empty" data-testid="empty-state">
      <Heading as="h3" size="tiny">
        {title}
      </Heading>
      <Text size="small" secondary>
        {text}
      </Text>
      {children}
    </div>
  );
}
