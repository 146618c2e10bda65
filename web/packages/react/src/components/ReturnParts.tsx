import { Heading, Text } from '@wix/design-system';
import type { ReactNode } from 'react';

interface ReturnMessageProps {
  icon: ReactNode;
  title: string;
  children: string;
}

/** Sign, title and sentence of one state after a checkout. */
export function ReturnMessage({ icon, title, children }: ReturnMessageProps) {
  return (
    <>
      <span className="wxa-return__icon" aria-hidden="true">
        {icon}
      </span>
      <div className="wxa-return__message">
        <Heading as="h2" size="medium">
          {title}
        </Heading>
        <Text>{children}</Text>
      </div>
    </>
  );
}

export function ReturnActions({ children }: { children: ReactNode }) {
  return <div className="wxa-return__actions">{children}</div>;
}
