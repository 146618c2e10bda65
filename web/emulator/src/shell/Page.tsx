import { Heading } from '@wix/design-system';
import { type ReactNode, useEffect } from 'react';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Local platform`;
  }, [title]);
}

interface PageProps {
  title: string;
  subtitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page with the usual head: title, one sentence, actions on the right. */
export function Page({ title, subtitle, actions, children }: PageProps) {
  useTitle(title);
  return (
    <div className="lp-page">
      <div className="lp-page-head">
        <div>
          <Heading as="h1" size="large">
            {title}
          </Heading>
          {subtitle && <p className="lp-muted lp-page-subtitle">{subtitle}</p>}
        </div>
        {actions && <div className="lp-page-actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

interface SectionProps {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}

/** A white card with a heading: the building block of the dashboard's pages. */
export function Section({ title, aside, children }: SectionProps) {
  return (
    <section className="lp-card">
      <div className="lp-card-head">
        <Heading as="h2" size="small">
          {title}
        </Heading>
        {aside}
      </div>
      <div className="lp-card-body">{children}</div>
    </section>
  );
}
