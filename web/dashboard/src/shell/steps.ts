/** Looks at a step in the browser's history before the router hears of it; true keeps it from the router. */
export type StepHold = (event: PopStateEvent) => boolean;

const holds = new Set<StepHold>();

// A window tells its listeners in the order in which they came, whether or not they capture: whoever holds up the
// router has to be there before it. That is why this module is loaded with the app and not with a page.
window.addEventListener('popstate', (event) => {
  if ([...holds].some((hold) => hold(event))) event.stopImmediatePropagation();
});

/** Asks before every step. Returns what ends it. */
export function holdSteps(hold: StepHold): () => void {
  holds.add(hold);
  return () => void holds.delete(hold);
}
