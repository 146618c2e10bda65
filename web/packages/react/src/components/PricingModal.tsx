import { useState } from 'react';
import type { PlanOffer } from '../api/types.js';
import { usePricing } from '../hooks/usePricing.js';
import { useMessages } from '../messages/useMessages.js';
import { ContactModal } from './ContactModal.js';
import { Dialog } from './Dialog.js';
import { Loaded } from './Loaded.js';
import { LoadingScreen } from './LoadingScreen.js';
import { PlanChangeModal } from './PlanChangeModal.js';
import { PricingGrid } from './PricingGrid.js';

export interface PricingModalProps {
  /** Whether it is open. */
  isOpen: boolean;
  /** The reader is done. */
  onClose(): void;
}

/** The plans over the page, where credits are missing: an upgrade opens the checkout from here. */
export function PricingModal({ isOpen, onClose }: PricingModalProps) {
  const { pricing } = useMessages();
  return (
    <Dialog
      isOpen={isOpen}
      title={pricing.title}
      size="wide"
      onClose={onClose}
      testId="pricing-modal"
    >
      <Plans />
    </Dialog>
  );
}

function Plans() {
  const { plans, ...pricing } = usePricing();
  const [lower, setLower] = useState<PlanOffer | null>(null);
  const [custom, setCustom] = useState<PlanOffer | null>(null);
  return (
    <Loaded query={plans} loading={<LoadingScreen cards={[480]} />}>
      {(list) => (
        <>
          <PricingGrid
            list={list}
            openingPlanId={pricing.openingPlanId}
            initialCycle={pricing.ownCycle}
            paidCycle={pricing.paidCycle}
            onUpgrade={pricing.upgrade}
            onDowngrade={setLower}
            onContact={setCustom}
          />
          <PlanChangeModal list={list} plan={lower} onClose={() => setLower(null)} />
          <ContactModal plan={custom} onClose={() => setCustom(null)} />
        </>
      )}
    </Loaded>
  );
}
