import { Text } from '@wix/design-system';
import type { PlanOffer } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { useMessages } from '../messages/useMessages.js';
import { CopyText } from './CopyText.js';
import { PreviewModal } from './PreviewModal.js';

export interface ContactModalProps {
  /** The plan that is agreed on in person; null keeps the dialog closed. */
  plan: PlanOffer | null;
  /** The reader is done. */
  onClose(): void;
}

/** How to ask for a plan that is not sold on the page: the developer's contact is on the app's page in the market. */
export function ContactModal({ plan, onClose }: ContactModalProps) {
  const { instanceData } = useWixContext();
  const { contact } = useMessages();
  return (
    <PreviewModal isOpen={plan !== null} title={contact.title(plan?.name ?? '')} onClose={onClose}>
      <Text>{contact.text}</Text>
      {instanceData.instanceId !== null && (
        <CopyText label={contact.instance} text={instanceData.instanceId} />
      )}
    </PreviewModal>
  );
}
