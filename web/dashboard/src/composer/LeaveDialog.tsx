import { Button, Text } from '@wix/design-system';
import { Dialog } from '@wixapp/react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { LeaveGuard } from './useLeaveGuard';

/** Asks before unsaved words are lost. */
export function LeaveDialog({ guard }: { guard: LeaveGuard }) {
  const { leave: texts } = useAutopostMessages();
  return (
    <Dialog
      isOpen={guard.isAsking}
      title={texts.title}
      onClose={guard.stay}
      testId="leave-dialog"
      footer={
        <>
          <Button priority="secondary" onClick={guard.leave} data-testid="leave-now">
            {texts.leave}
          </Button>
          <Button onClick={guard.stay} data-testid="leave-stay">
            {texts.stay}
          </Button>
        </>
      }
    >
      <Text size="small">{texts.text}</Text>
    </Dialog>
  );
}
