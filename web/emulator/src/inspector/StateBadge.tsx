import { Badge, type BadgeSkin } from '@wix/design-system';
import type { DeliveryState } from '../api/types';
import { STATE_NAMES } from './filter';

const SKINS: Record<DeliveryState, BadgeSkin> = {
  pending: 'neutralStandard',
  delivered: 'neutralSuccess',
  retrying: 'warningLight',
  gave_up: 'neutralDanger',
};

export function StateBadge({ state }: { state: DeliveryState }) {
  return (
    <Badge size="small" skin={SKINS[state]} uppercase={false}>
      {STATE_NAMES[state]}
    </Badge>
  );
}
