import { Text } from '@wix/design-system';
import { type RefCallback, useCallback, useId } from 'react';
import { Link } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { Profile } from '../posts/types';
import { Panel } from '../shell/Panel';
import type { ProblemsByPlace } from './Composer';
import { withProfile } from './draft';
import { Problems } from './Problems';
import type { ComposerView } from './useComposer';

/** The server takes no longer text, and no network one that is as long. */
export const LONGEST_TEXT = 10_000;

interface TextPanelProps {
  view: ComposerView;
  profiles: readonly Profile[];
  problems: ProblemsByPlace;
}

/** The words of the post, and whose words they are. */
export function TextPanel({ view, profiles, problems }: TextPanelProps) {
  const { composer: texts } = useAutopostMessages();
  const id = useId();
  const found = problems.at('text');
  const isNew = view.post === null;
  const begin: RefCallback<HTMLTextAreaElement> = useCallback(
    (field) => {
      if (field === null || !isNew) return;
      // In front of the hashtags that a profile has put there.
      field.setSelectionRange(0, 0);
      field.focus({ preventScroll: true });
    },
    [isNew],
  );
  return (
    <Panel title={texts.textTitle}>
      <div className="wxa-field">
        <label htmlFor={id}>{texts.text}</label>
        <textarea
          id={id}
          ref={begin}
          rows={7}
          maxLength={LONGEST_TEXT}
          dir="auto"
          value={view.draft.text}
          placeholder={texts.placeholder}
          aria-invalid={found.length > 0}
          aria-describedby={`${id}-says`}
          onChange={(event) => view.change({ text: event.target.value })}
          data-testid="composer-text"
        />
        <Problems id={`${id}-says`} texts={found} />
      </div>
      <ProfileChoice view={view} profiles={profiles} />
    </Panel>
  );
}

function ProfileChoice({ view, profiles }: Omit<TextPanelProps, 'problems'>) {
  const { composer: texts } = useAutopostMessages();
  const id = useId();
  const { draft } = view;
  const find = (wanted: string | null) => profiles.find((profile) => profile.id === wanted);
  if (profiles.length === 0) {
    return (
      <Text size="small" secondary>
        {texts.noProfile}{' '}
        <Link className="link" to="/profiles">
          {texts.noProfileAction}
        </Link>
      </Text>
    );
  }
  return (
    <div className="wxa-field composer__profile">
      <label htmlFor={id}>{texts.profile}</label>
      <select
        id={id}
        value={find(draft.profileId)?.id ?? ''}
        aria-describedby={`${id}-hint`}
        onChange={(event) =>
          view.change(withProfile(draft, find(draft.profileId), find(event.target.value)))
        }
        data-testid="composer-profile"
      >
        <option value="">{texts.withoutProfile}</option>
        {profiles.map((profile) => (
          <option key={profile.id} value={profile.id}>
            {profile.name}
          </option>
        ))}
      </select>
      <span id={`${id}-hint`}>
        <Text size="tiny" secondary>
          {texts.profileHint}
        </Text>
      </span>
    </div>
  );
}
