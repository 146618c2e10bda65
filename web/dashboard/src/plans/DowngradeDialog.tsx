import { Button, Heading, Text } from '@wix/design-system';
import type { PlanOffer } from '@wixapp/react';
import { useEffect, useId, useRef } from 'react';
import { useAppMessages } from '../messages/useAppMessages';

interface DowngradeDialogProps {
  /** The lower plan that was chosen; null keeps the dialog closed. */
  plan: PlanOffer | null;
  currentName: string;
  onClose(): void;
}

/** Wix does not let an app's own page sell a lower plan: says how it is done there and what happens. */
export function DowngradeDialog({ plan, currentName, onClose }: DowngradeDialogProps) {
  const { downgrade } = useAppMessages().plans;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const isOpen = plan !== null;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);

  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={titleId} onClose={onClose}>
      {plan !== null && (
        <div className="dialog__body" data-testid="downgrade-dialog">
          <Heading as="h3" size="medium" id={titleId}>
            {downgrade.title(plan.name)}
          </Heading>
          <Text>
            {plan.rank === 0
              ? downgrade.textFree(currentName)
              : downgrade.text(currentName, plan.name)}
          </Text>
          <ol>
            {downgrade.steps.map((step) => (
              <li key={step}>
                <Text size="small">{step}</Text>
              </li>
            ))}
          </ol>
          <div className="dialog__action">
            <Button onClick={onClose}>{downgrade.close}</Button>
          </div>
        </div>
      )}
    </dialog>
  );
}
