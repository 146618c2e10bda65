import type { Install, InstalledPlan, Site } from './types';

export function isInstalled(site: Site): boolean {
  return installOf(site) !== null;
}

/** The app's install on the site; a removed one keeps its instance id but does not count. */
export function installOf(site: Site): Install | null {
  return site.install && !site.install.removed ? site.install : null;
}

/** The plan the owner has today; an expired one is history. */
export function runningPlan(site: Site): InstalledPlan | null {
  const plan = installOf(site)?.plan ?? null;
  return plan && plan.status !== 'expired' ? plan : null;
}
