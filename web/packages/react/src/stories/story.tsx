import { type ComponentType, type ReactNode, useState } from 'react';
import { WixProvider } from '../context/WixProvider.js';
import { storyFetch, type World } from './storyFetch.js';

export interface Story {
  name: string;
  /** What differs from a free, connected site. */
  world?: World;
  show: ComponentType;
}

/** The story page of one component. */
export interface StoryPage {
  /** The component's exported name, which is also how its props are found. */
  component: string;
  stories: readonly Story[];
}

/** One story in a provider of its own, whose server answers from the story's world. */
export function StoryStage({ story }: { story: Story }) {
  const [fetch] = useState(() => storyFetch(story.world));
  const { show: Show } = story;
  return (
    <WixProvider fetch={fetch}>
      <Show />
    </WixProvider>
  );
}

/** A closed thing and the button that opens it, for stories of dialogs. */
export function Opening({
  children,
  isOpenAtFirst = false,
}: {
  children(isOpen: boolean, close: () => void): ReactNode;
  isOpenAtFirst?: boolean;
}) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <>
      <button type="button" className="wxa-link-button" onClick={() => setOpen(true)}>
        Open
      </button>
      {children(isOpen, () => setOpen(false))}
    </>
  );
}
