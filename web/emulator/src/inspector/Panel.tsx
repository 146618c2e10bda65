import { Heading } from '@wix/design-system';
import { type ReactNode, useEffect, useRef } from 'react';
import { CloseIcon } from '../shell/icons';

interface PanelProps {
  /** What is shown; another one takes the focus. */
  of: string;
  name: string;
  title: ReactNode;
  badge?: ReactNode;
  busy?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** The side of the inspector that shows one line in full. */
export function Panel({ of, name, title, badge, busy = false, onClose, children }: PanelProps) {
  const panel = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each chosen line takes the focus
  useEffect(() => panel.current?.focus(), [of]);
  return (
    <aside
      aria-busy={busy}
      aria-label={name}
      className="lp-card lp-panel"
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      ref={panel}
      tabIndex={-1}
    >
      <div className="lp-card-head">
        <Heading as="h2" size="small">
          {title}
        </Heading>
        {badge}
        <button
          aria-label="Close the details"
          className="lp-icon-button lp-push"
          onClick={onClose}
          type="button"
        >
          <CloseIcon />
        </button>
      </div>
      <div className="lp-card-body">{children}</div>
    </aside>
  );
}
