import { Heading, Text } from '@wix/design-system';
import { type ReactNode, useEffect } from 'react';
import { useAppMessages } from '../messages/useAppMessages';

interface PageHeadProps {
  title: string;
  subtitle: string;
  /** What the page is mostly opened for, at the end of its title's line. */
  children?: ReactNode;
}

/** Title of a page, on the page and in the browser's tab. */
export function PageHead({ title, subtitle, children }: PageHeadProps) {
  const { app } = useAppMessages();
  useEffect(() => {
    document.title = app.documentTitle(title);
  }, [app, title]);
  return (
    <div className="page-head">
      <div className="page-head__titles">
        <Heading as="h2" size="large">
          {title}
        </Heading>
        <Text secondary>{subtitle}</Text>
      </div>
      {children !== undefined && <div className="page-head__actions">{children}</div>}
    </div>
  );
}
