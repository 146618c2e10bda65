import { useEffect, useState } from 'react';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';

/** A short drop of the stream is normal and not worth a word. */
const MENTION_AFTER_MS = 4_000;

/** Whether Wix and the app are in touch, and a word when live updates are not coming in. */
export function ConnectionStatus() {
  const { userData, live, isOnline } = useWixContext();
  const messages = useMessages();
  const isDownLong = useLasting(live === 'down' || live === 'connecting', MENTION_AFTER_MS);
  if (userData === undefined) return <span className="wxa-connection" aria-hidden="true" />;

  const { status } = userData.connection;
  const trouble = isOnline ? isDownLong && messages.live.reconnecting : messages.live.noNetwork;
  return (
    <span
      className="wxa-connection"
      data-testid="connection-status"
      data-status={status}
      data-live={live}
      data-troubled={trouble !== false}
      title={messages.connectionHint[status]}
      role="status"
    >
      <span className="wxa-connection__dot" aria-hidden="true" />
      {trouble || messages.connection[status]}
    </span>
  );
}

function useLasting(condition: boolean, forMs: number): boolean {
  const [lasted, setLasted] = useState(false);
  useEffect(() => {
    if (!condition) {
      setLasted(false);
      return;
    }
    const timer = setTimeout(() => setLasted(true), forMs);
    return () => clearTimeout(timer);
  }, [condition, forMs]);
  return lasted;
}
