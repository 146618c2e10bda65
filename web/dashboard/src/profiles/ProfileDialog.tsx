import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Text } from '@wix/design-system';
import { ApiError, Dialog, FailureNote, knownFailure, useFailure, useToast } from '@wixapp/react';
import { type FormEvent, useId, useState } from 'react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { Profile } from '../posts/types';
import { keys, useAutopost } from '../posts/useAutopost';
import { type ProfileDraft, profileBody, profileDraft } from './profile';

interface ProfileDialogProps {
  /** The profile that is changed; null keeps the dialog closed. */
  profile: Profile | 'new' | null;
  isFirst: boolean;
  onClose(): void;
}

export function ProfileDialog({ profile, isFirst, onClose }: ProfileDialogProps) {
  const { profiles: texts } = useAutopostMessages();
  return (
    <Dialog
      isOpen={profile !== null}
      title={profile === 'new' ? texts.newTitle : texts.editTitle}
      onClose={onClose}
      testId="profile-dialog"
    >
      {profile !== null && (
        <ProfileForm
          profile={profile === 'new' ? null : profile}
          isFirst={isFirst}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

/** Longest texts the server takes. */
const LONGEST = {
  name: 80,
  description: 1_000,
  audience: 300,
  tone: 100,
  industryTags: 400,
  hashtags: 400,
} as const;

type Words = keyof typeof LONGEST;

function useSave(profile: Profile | null, onSaved: () => void) {
  const { profiles: texts } = useAutopostMessages();
  const api = useAutopost();
  const cache = useQueryClient();
  const { show } = useToast();
  return useMutation({
    retry: false,
    mutationFn: (draft: ProfileDraft) =>
      profile === null
        ? api.createProfile(profileBody(draft))
        : api.saveProfile(profile.id, profile.version, profileBody(draft)),
    onSuccess: async () => {
      // Another one may have stopped being the usual one by this.
      await cache.invalidateQueries({ queryKey: keys.profiles });
      show(texts.saved, 'success');
      onSaved();
    },
  });
}

function ProfileForm({
  profile,
  isFirst,
  onClose,
}: {
  profile: Profile | null;
  isFirst: boolean;
  onClose(): void;
}) {
  const { profiles: texts } = useAutopostMessages();
  const [draft, setDraft] = useState(() => profileDraft(profile, isFirst));
  const [isTried, setTried] = useState(false);
  const failure = useFailure();
  const save = useSave(profile, onClose);
  const isNameless = draft.name.trim() === '';
  const change = (changes: Partial<ProfileDraft>) => {
    save.reset();
    setDraft((known) => ({ ...known, ...changes }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isNameless) save.mutate(draft);
  };
  const isStale = save.error instanceof ApiError && save.error.code === 'stale';
  return (
    <form className="settings__form" onSubmit={submit} noValidate>
      {(Object.keys(LONGEST) as Words[]).map((field) => (
        <WordsField
          key={field}
          field={field}
          value={draft[field]}
          problem={field === 'name' && isTried && isNameless ? texts.nameMissing : null}
          onChange={(value) => change({ [field]: value })}
        />
      ))}
      <label className="check">
        <input
          type="checkbox"
          checked={draft.isDefault}
          onChange={(event) => change({ isDefault: event.target.checked })}
          data-testid="profile-default"
        />
        <Text size="small">{texts.makeDefault}</Text>
      </label>
      <div role="alert" data-testid="profile-problem">
        {save.error !== null && (
          <FailureNote
            failure={isStale ? knownFailure(texts.stale) : failure(save.error, texts.failed)}
          />
        )}
      </div>
      <div className="actions__buttons">
        <Button type="submit" disabled={save.isPending} data-testid="profile-save">
          {save.isPending ? texts.saving : texts.save}
        </Button>
        <Button priority="secondary" onClick={onClose}>
          {texts.cancel}
        </Button>
      </div>
    </form>
  );
}

interface WordsFieldProps {
  field: Words;
  value: string;
  problem: string | null;
  onChange(value: string): void;
}

function WordsField({ field, value, problem, onChange }: WordsFieldProps) {
  const { profiles: texts } = useAutopostMessages();
  const id = useId();
  const shared = {
    id,
    dir: 'auto',
    value,
    maxLength: LONGEST[field],
    'aria-invalid': problem !== null,
    'aria-describedby': `${id}-says`,
    'data-testid': `profile-${field}`,
  } as const;
  return (
    <div className="wxa-field">
      <label htmlFor={id}>{texts[field]}</label>
      {field === 'description' ? (
        <textarea {...shared} rows={3} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input {...shared} onChange={(event) => onChange(event.target.value)} />
      )}
      <span id={`${id}-says`} role={problem === null ? undefined : 'alert'}>
        <Text size="tiny" {...(problem === null ? { secondary: true } : { skin: 'error' })}>
          {problem ?? texts.hints[field]}
        </Text>
      </span>
    </div>
  );
}
