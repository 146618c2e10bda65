import { Button, Text } from '@wix/design-system';
import {
  ApiError,
  type Failure,
  knownFailure,
  Loaded,
  LoadingScreen,
  type NoticesSettings,
  RequestId,
  useFailure,
  useNotices,
  useToast,
} from '@wixapp/react';
import { type FormEvent, useId, useState } from 'react';
import { useAppMessages } from '../messages/useAppMessages';
import { Panel } from '../shell/Panel';

const KINDS = ['lowCredits', 'billingIssue', 'planChanged', 'creditsGranted'] as const;
const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;

/** Where mails go, in which language, and about what. */
export function NoticesPanel() {
  const { settings } = useAppMessages();
  const notices = useNotices();
  return (
    <Panel title={settings.notices.title} subtitle={settings.notices.subtitle}>
      <Loaded query={notices} loading={<LoadingScreen cards={[392]} />}>
        {({ settings: saved, available }) => (
          <NoticesForm saved={saved} available={available} save={notices.save} />
        )}
      </Loaded>
    </Panel>
  );
}

interface NoticesFormProps {
  saved: NoticesSettings;
  /** Whether the server sends mails at all. */
  available: boolean;
  save: ReturnType<typeof useNotices>['save'];
}

function NoticesForm({ saved, available, save }: NoticesFormProps) {
  const { settings } = useAppMessages();
  const { notices: texts } = settings;
  const [wanted, setWanted] = useState(saved);
  // Not a new form for each answer: that would take the button that was pressed away from the keyboard.
  const [known, setKnown] = useState(saved);
  if (known !== saved) {
    setKnown(saved);
    setWanted(saved);
  }
  const failure = useFailure();
  const { show } = useToast();
  const change = (changes: Partial<NoticesSettings>) => {
    save.reset();
    setWanted((known) => ({ ...known, ...changes }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const address = wanted.address?.trim() || null;
    save.mutate({ ...wanted, address }, { onSuccess: () => void show(texts.saved, 'success') });
  };
  const problem = () => {
    const { error } = save;
    if (error === null) return null;
    // Nothing else of this form can be refused; the server's words are for developers.
    const isRefused = error instanceof ApiError && error.code === 'invalid_request';
    return isRefused ? knownFailure(texts.refused) : failure(error, texts.failed);
  };
  return (
    <form className="settings__form" onSubmit={submit} noValidate>
      {!available && (
        <p className="remark" data-testid="notices-unavailable">
          <Text size="small">{texts.unavailable}</Text>
        </p>
      )}
      <Fields wanted={wanted} problem={problem()} change={change} />
      <div>
        <Button type="submit" disabled={save.isPending} data-testid="notices-save">
          {save.isPending ? texts.saving : texts.save}
        </Button>
      </div>
    </form>
  );
}

interface FieldsProps {
  wanted: NoticesSettings;
  problem: Failure | null;
  change(changes: Partial<NoticesSettings>): void;
}

function Fields({ wanted, problem, change }: FieldsProps) {
  const { settings } = useAppMessages();
  const { notices: texts } = settings;
  const id = useId();
  return (
    <>
      <div className="wxa-field settings__field">
        <label htmlFor={id}>{texts.address}</label>
        <input
          id={id}
          type="email"
          dir="ltr"
          maxLength={254}
          autoComplete="email"
          value={wanted.address ?? ''}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-says`}
          onChange={(event) => change({ address: event.target.value })}
          data-testid="notices-address"
        />
        <span id={`${id}-says`} role="alert" data-testid="notices-problem">
          <Text size="small" {...(problem === null ? { secondary: true } : { skin: 'error' })}>
            {problem?.text ?? texts.addressHint}
          </Text>
          <RequestId id={problem?.requestId ?? null} />
        </span>
      </div>
      <fieldset className="settings__kinds">
        <legend>{texts.about}</legend>
        {KINDS.map((kind) => (
          <label key={kind} className="check">
            <input
              type="checkbox"
              checked={wanted[kind]}
              onChange={(event) => change({ [kind]: event.target.checked })}
              data-testid={`notices-${kind}`}
            />
            <Text size="small">{texts.kinds[kind]}</Text>
          </label>
        ))}
      </fieldset>
      <div className="wxa-field settings__field">
        <label htmlFor={`${id}-language`}>{texts.language}</label>
        <select
          id={`${id}-language`}
          value={wanted.language}
          onChange={(event) => change({ language: event.target.value === 'de' ? 'de' : 'en' })}
        >
          {Object.entries(LANGUAGES).map(([language, name]) => (
            <option key={language} value={language} lang={language}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </>
  );
}
