import { pages as checkout } from './checkout.stories';
import { pages as credits } from './credits.stories';
import { pages as plans } from './plans.stories';
import { pages as states } from './states.stories';
import type { StoryPage } from './story';

export { type PropNote, propsOf, summaryOf } from './props';
export { type Story, type StoryPage, StoryStage } from './story';

/** The story pages of all components, by name. */
export const STORY_PAGES: readonly StoryPage[] = [
  ...credits,
  ...plans,
  ...checkout,
  ...states,
].sort((one, other) => one.component.localeCompare(other.component));
