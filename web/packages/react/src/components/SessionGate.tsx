import { Heading, Text } from '@wix/design-system';
import type { ReactNode } from 'react';
import { useWixContext } from '../context/WixContext';
import { useMessages } from '../messages/useMessages';
import { ErrorScreen } from './ErrorScreen';
import { InfoIcon } from './icons';

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

/** Shows the page only to a valid session with data; every other case gets its own clear screen. */
export function SessionGate(props: SessionGateProps) {
  const { children, loading, isAfterPayment = false, missing = <NotInWix /> } = props;
  const { session, userData, error, refreshUserData } = useWixContext();
  if (session === 'missing') return <>{missing}</>;
  if (session === 'over') return <SessionOver isAfterPayment={isAfterPayment} />;
  if (session === 'forbidden') return <Forbidden />;
  if (userData !== undefined) return <>{children}</>;
  if (error !== null) return <ErrorScreen error={error} onRetry={() => void refreshUserData()} />;
  return <>{loading}</>;
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
