import { Button, Heading, Text } from '@wix/design-system';
import type { ReactNode } from 'react';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { ErrorScreen } from './ErrorScreen.js';
import { InfoIcon } from './icons.js';

export interface SessionGateProps {
  /** The page. */
  children: ReactNode;
  /** Shown until the instance's data has arrived. */
  loading: ReactNode;
  /** The page was opened by a payer who came back: a session that is over says that the payment is safe. */
  isAfterPayment?: boolean;
  /** Shown in place of the words on how to open the page in Wix: what somebody without the app may see. */
  missing?: ReactNode;
}

/**
 * Shows the page only to a valid session with data; every other case gets its own clear screen. A page that was there
 * when its session ended stays, with the message above it: what is written on it can still be copied.
 */
export function SessionGate(props: SessionGateProps) {
  const { children, loading, isAfterPayment = false, missing = <NotInWix /> } = props;
  const { session, userData, error, refreshUserData } = useWixContext();
  if (session === 'missing') return <>{missing}</>;
  if (session === 'over' && userData === undefined) {
    return <SessionOver isAfterPayment={isAfterPayment} />;
  }
  if (session === 'forbidden') return <Forbidden />;
  if (userData === undefined && error !== null) {
    return <ErrorScreen error={error} onRetry={() => void refreshUserData()} />;
  }
  // All in one place: a skeleton that the page begins with goes on, and beside the message the page keeps what is written
  // and focused there.
  return (
    <>
      {session === 'over' && <SessionOverBanner isAfterPayment={isAfterPayment} />}
      {userData === undefined ? loading : children}
    </>
  );
}

function NotInWix() {
  const { errors } = useMessages();
  return <Screen testId="screen-missing" title={errors.missingTitle} text={errors.missingText} />;
}

function Forbidden() {
  const { errors } = useMessages();
  return (
    <Screen testId="screen-forbidden" title={errors.forbiddenTitle} text={errors.forbiddenText} />
  );
}

function SessionOver({ isAfterPayment }: { isAfterPayment: boolean }) {
  const { errors } = useMessages();
  return (
    <Screen
      testId="screen-session-over"
      title={errors.sessionTitle}
      text={errors.sessionText}
      {...(isAfterPayment ? { note: errors.sessionPaidText } : {})}
    />
  );
}

function SessionOverBanner({ isAfterPayment }: { isAfterPayment: boolean }) {
  const { errors } = useMessages();
  const reload = reloadOf(window);
  return (
    <div className="wxa-banner wxa-session-over" role="alert" data-testid="screen-session-over">
      <InfoIcon />
      <div className="wxa-banner__text">
        <Text weight="bold">{errors.sessionTitle}</Text>
        <Text size="small">{errors.sessionUnsaved}</Text>
        {isAfterPayment && <Text size="small">{errors.sessionPaidText}</Text>}
      </div>
      {reload !== null && (
        <Button size="small" priority="secondary" onClick={reload} data-testid="session-reload">
          {errors.sessionReload}
        </Button>
      )}
    </div>
  );
}

/**
 * Loads the window again with all that is around the page: a new token comes from there. Null in a frame of another
 * origin, which can reload only itself: that brings the old token back, and the unsaved words would be lost for nothing.
 */
function reloadOf({ top }: Window): (() => void) | null {
  if (top === null) return null;
  try {
    const { location } = top;
    return typeof location.reload === 'function' ? () => location.reload() : null;
  } catch {
    return null;
  }
}

interface ScreenProps {
  testId: string;
  title: string;
  text: string;
  note?: string;
}

function Screen({ testId, title, text, note }: ScreenProps) {
  return (
    <div className="wxa-screen" role="alert" data-testid={testId}>
      <span className="wxa-screen__icon" aria-hidden="true">
        <InfoIcon size={40} />
      </span>
      <Heading as="h1" size="medium">
        {title}
      </Heading>
      <Text secondary>{text}</Text>
      {note !== undefined && <Text>{note}</Text>}
    </div>
  );
}
