import { useState } from 'react';
import type { AppListing } from '../api/types';

interface AppIconProps {
  app: Pick<AppListing, 'name' | 'iconUrl'>;
  size: number;
}

/** The app's picture, or its first letter when it has none or the picture does not load. */
export function AppIcon({ app, size }: AppIconProps) {
  const [broken, setBroken] = useState(false);
  const style = { width: size, height: size, borderRadius: size * 0.26, fontSize: size * 0.5 };
  if (app.iconUrl && !broken) {
    return (
      <img
        alt=""
        className="lp-app-icon"
        onError={() => setBroken(true)}
        src={app.iconUrl}
        style={style}
      />
    );
  }
  return (
    <span aria-hidden="true" className="lp-app-icon" style={style}>
      {app.name.slice(0, 1).toUpperCase()}
    </span>
  );
}
