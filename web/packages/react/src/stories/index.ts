import { pages as checkout } from './checkout.stories.js';
import { pages as credits } from './credits.stories.js';
import { pages as plans } from './plans.stories.js';
import { pages as states } from './states.stories.js';
import type { StoryPage } from './story.js';

export { type PropNote, propsOf, summaryOf } from './props.js';
export { type Story, type StoryPage, StoryStage } from './story.js';

/** The story pages of all components, by name. */
export const STORY_PAGES: readonly StoryPage[] = [
  ...credits,
  ...plans,
  ...checkout,
  ...states,
].sort((one, other) => one.component.localeCompare(other.component));
