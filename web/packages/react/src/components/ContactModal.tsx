import { Text } from '@wix/design-system';
import type { PlanOffer } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { usePublicPlans } from '../hooks/usePublicPlans.js';
import { useMessages } from '../messages/useMessages.js';
import { CopyText } from './CopyText.js';
import { installUrl } from './installUrl.js';
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
      {plan !== null && <MarketLink />}
    </PreviewModal>
  );
}

/** Beside the dashboard and not in its place: what is read there is written about here. */
function MarketLink() {
  const { contact } = useMessages();
  const { data } = usePublicPlans();
  const url = data === undefined ? null : installUrl(data);
  if (url === null) return null;
  return (
    <a
      className="wxa-link-button"
      href={url}
      target="_blank"
      rel="noreferrer"
      data-testid="contact-market"
    >
      {contact.market}
    </a>
  );
}
