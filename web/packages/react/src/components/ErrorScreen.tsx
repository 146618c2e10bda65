import { Button, Heading, Text } from '@wix/design-system';
import { ApiError } from '../api/error.js';
import { useWixContext } from '../context/WixContext.js';
import type { PackageMessages } from '../messages/en.js';
import { useMessages } from '../messages/useMessages.js';
import { AlertDisc } from './icons.js';
import { RequestId } from './RequestId.js';

export interface ErrorScreenProps {
  /** What was caught: an `ApiError` is said in words, anything else is a defect of the page. */
  error: unknown;
  /** Offered as a button when trying again can help. */
  onRetry?: () => void;
}

/** What went wrong in words, a way on, and the request id for support. */
export function ErrorScreen({ error, onRetry }: ErrorScreenProps) {
  const messages = useMessages();
  const { locale } = useWixContext().instanceData;
  const { title, text, canRetry } = describe(error, messages, locale);
  const requestId = error instanceof ApiError ? (error.requestId ?? null) : null;
  return (
    <div className="wxa-screen" role="alert" data-testid="error-screen">
      <span className="wxa-screen__icon wxa-screen__icon--error" aria-hidden="true">
        <AlertDisc size={40} />
      </span>
      <Heading as="h2" size="medium">
        {title}
      </Heading>
      <Text secondary>{text}</Text>
      {canRetry && onRetry !== undefined && (
        <Button onClick={onRetry} data-testid="error-retry">
          {messages.retry}
        </Button>
      )}
      <RequestId id={requestId} />
    </div>
  );
}

function describe(error: unknown, { errors }: PackageMessages, locale: string) {
  if (!(error instanceof ApiError)) {
    return { title: errors.title, text: errors.crashed, canRetry: true };
  }
  if (error.isSessionOver) {
    return { title: errors.sessionTitle, text: errors.sessionText, canRetry: false };
  }
  if (error.isForbidden) {
    return { title: errors.forbiddenTitle, text: errors.forbiddenText, canRetry: false };
  }
  if (error.isOffline) {
    return { title: errors.offlineTitle, text: errors.offlineText, canRetry: true };
  }
  // The server writes English.
  const isReadable = error.code !== 'bad_response' && locale.startsWith('en');
  return { title: errors.title, text: isReadable ? error.message : errors.text, canRetry: true };
}
