import { ClockPanel } from '../clock/ClockPanel';
import { Page, Section } from '../shell/Page';
import { ChaosSection } from './ChaosSection';
import { SnapshotSection } from './SnapshotSection';

/** What no real Wix lets a developer do: move time, lose webhooks, go back. */
export function LabPage() {
  return (
    <Page
      subtitle="Move the clock, disturb the webhooks, and go back to where you were"
      title="Time and chaos"
    >
      <div className="lp-lab">
        <Section title="Clock">
          <ClockPanel />
        </Section>
        <ChaosSection />
        <SnapshotSection />
      </div>
    </Page>
  );
}
