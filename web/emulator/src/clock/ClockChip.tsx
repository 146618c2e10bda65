import { useClockState } from '../api/queries';
import { formatDateTime, formatOffset } from '../format/time';
import { useDisclosure } from '../shell/disclosure';
import { ClockIcon } from '../shell/icons';
import { useClockMoves } from './ClockMoves';
import { ClockPanel } from './ClockPanel';
import { usePlatformNow } from './now';

/** The platform's time in the top bar, and the panel to move it. */
export function ClockChip() {
  const { isOpen, panelId, container, trigger, toggle } = useDisclosure();
  const { data: clock } = useClockState();
  const now = usePlatformNow(1_000);
  const { isMoving } = useClockMoves();
  const offset = clock ? formatOffset(clock.offsetMs) : '';
  return (
    <div className="lp-popover-anchor" ref={container}>
      <button
        aria-controls={panelId}
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        className="lp-clock-chip"
        data-moving={isMoving}
        data-testid="clock-chip"
        onClick={toggle}
        ref={trigger}
        type="button"
      >
        <ClockIcon />
        <span className="lp-visually-hidden">Platform clock</span>
        <span className="lp-clock-chip-time">{now === null ? '…' : formatDateTime(now)}</span>
        {offset && <span className="lp-clock-chip-offset">{offset}</span>}
      </button>
      {isOpen && (
        <section aria-label="Platform clock" className="lp-popover" id={panelId}>
          <h2 className="lp-popover-title">Platform clock</h2>
          <p className="lp-muted">
            Platform, app and jobs share this clock. It only moves forward.
          </p>
          <ClockPanel testIds />
        </section>
      )}
    </div>
  );
}
