import { Heading, Text } from '@wix/design-system';
import { useEffect } from 'react';
import { useAppMessages } from '../messages/useAppMessages';

/** Title of a page, on the page and in the browser's tab. */
export function PageHead({ title, subtitle }: { title: string; subtitle: string }) {
  const { app } = useAppMessages();
  useEffect(() => {
    document.title = app.documentTitle(title);
  }, [app, title]);
  return (
    <div className="page-head">
      <Heading as="h2" size="large">
        {title}
      </Heading>
      <Text secondary>{subtitle}</Text>
    </div>
  );
}
