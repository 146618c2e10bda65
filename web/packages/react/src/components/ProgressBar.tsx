import { LinearProgressBar } from '@wix/design-system';

export interface ProgressBarProps {
  /** 0 to 100; what lies outside counts as the nearer end. */
  percent: number;
  /** What progresses; read by screen readers. */
  label: string;
  /** Under way, done, or failed. */
  tone?: 'standard' | 'success' | 'error';
}

/** How far something is. */
export function ProgressBar({ percent, label, tone = 'standard' }: ProgressBarProps) {
  const shown = Math.round(Math.min(100, Math.max(0, Number.isNaN(percent) ? 0 : percent)));
  return (
    // The design system's bar puts its label on an element without a role.
    <div
      className="wxa-progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={shown}
    >
      <LinearProgressBar
        role="presentation"
        value={shown}
        skin={tone === 'success' ? 'success' : 'standard'}
        light
        error={tone === 'error'}
      />
    </div>
  );
}
