import { Button, Heading, Loader } from '@wix/design-system';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';

/** Tells screen readers what is being waited for; the spinner itself says nothing. */
export function Loading({ what }: { what: string }) {
  return (
    <div className="lp-feedback" role="status">
      <Loader size="small" />
      <span className="lp-muted">Loading {what}…</span>
    </div>
  );
}

interface MessageProps {
  title: string;
  text: string;
  /** Stands alone on its page, so its title is the page's heading. */
  wholePage?: boolean | undefined;
  children?: ReactNode;
}

function Message({ title, text, wholePage = false, children }: MessageProps) {
  return (
    <>
      <Heading as={wholePage ? 'h1' : 'h2'} size="small">
        {title}
      </Heading>
      <p className="lp-muted">{text}</p>
      {children}
    </>
  );
}

/** Nothing to show, and what to do about it. */
export function Empty(props: MessageProps) {
  return (
    <div className="lp-feedback">
      <Message {...props} />
    </div>
  );
}

export function sentenceOf(error: Error): string {
  return error instanceof ApiError ? error.message : 'Something went wrong on this page.';
}

interface FailureProps {
  title: string;
  error: Error;
  wholePage?: boolean;
  onRetry?: () => void;
}

export function Failure({ title, error, wholePage, onRetry }: FailureProps) {
  return (
    <div className="lp-feedback" role="alert">
      <Message text={sentenceOf(error)} title={title} wholePage={wholePage}>
        {onRetry && <Button onClick={onRetry}>Try again</Button>}
      </Message>
    </div>
  );
}
