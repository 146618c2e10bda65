import { Button, Text } from '@wix/design-system';
import { useState } from 'react';
import { useMessages } from '../messages/useMessages.js';

export interface CopyTextProps {
  /** What the text is. */
  label: string;
  /** The text itself. */
  text: string;
}

/** A text to take along, with a button that copies it; where the browser forbids that, it can be selected. */
export function CopyText({ label, text }: CopyTextProps) {
  const { copy } = useMessages();
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  const take = () =>
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    );
  return (
    <div className="wxa-copy">
      <Text size="small" secondary>
        {label}
      </Text>
      <code className="wxa-copy__text" dir="ltr" data-testid="copy-text">
        {text}
      </code>
      <Button size="small" priority="secondary" onClick={() => void take()}>
        {copy.action}
      </Button>
      <span role="status" className="wxa-copy__state">
        {state === 'copied' && copy.done}
        {state === 'failed' && copy.failed}
      </span>
    </div>
  );
}
