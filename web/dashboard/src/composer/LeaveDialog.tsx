import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { ConfirmDialog } from '../shell/ConfirmDialog';
import type { LeaveGuard } from './useLeaveGuard';

/** Asks before unsaved words are lost. */
export function LeaveDialog({ guard }: { guard: LeaveGuard }) {
  const { leave: texts } = useAutopostMessages();
  return (
    <ConfirmDialog
      name="leave"
      subject={guard.isAsking ? guard : null}
      ask={() => ({
        title: texts.title,
        text: texts.text,
        keep: texts.stay,
        confirm: texts.leave,
        pending: texts.leave,
        failed: texts.leave,
      })}
      action={AT_ONCE}
      onClose={guard.stay}
    />
  );
}

/** Leaving asks nobody, and so cannot fail. */
const AT_ONCE = {
  mutateAsync: async ({ leave }: LeaveGuard) => leave(),
  reset: () => {},
  isPending: false,
  error: null,
};
