import { useMutation } from '@tanstack/react-query';
import { Button, Text } from '@wix/design-system';
import {
  ApiError,
  Dialog,
  type Failure,
  FailureNote,
  knownFailure,
  useFailure,
  useToast,
} from '@wixapp/react';
import { type FormEvent, useId, useState } from 'react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { NetworkField, NetworkItem } from '../posts/types';
import { useAutopost } from '../posts/useAutopost';

interface ConnectDialogProps {
  /** The network that is to be connected; null keeps the dialog closed. */
  item: NetworkItem | null;
  onConnected(item: NetworkItem): void;
  onClose(): void;
}

/** Asks for what a network wants of an account; the network is asked at once whether it is right. */
export function ConnectDialog({ item, onConnected, onClose }: ConnectDialogProps) {
  const { networks: texts, networkNames } = useAutopostMessages();
  return (
    <Dialog
      isOpen={item !== null}
      title={item === null ? '' : texts.connectTo(networkNames[item.network])}
      onClose={onClose}
      testId="connect-dialog"
    >
      {item !== null && <ConnectForm item={item} onConnected={onConnected} />}
    </Dialog>
  );
}

function ConnectForm({
  item,
  onConnected,
}: Omit<ConnectDialogProps, 'onClose'> & { item: NetworkItem }) {
  const { networks: texts, networkNames } = useAutopostMessages();
  const name = networkNames[item.network];
  const api = useAutopost();
  const { show } = useToast();
  const say = useConnectProblem(name);
  // Held in memory, and for no longer than this form is open.
  const [values, setValues] = useState<Record<string, string>>({});
  const [isTried, setTried] = useState(false);
  const connect = useMutation({
    mutationFn: () =>
      api.connect(
        item.network,
        Object.fromEntries(item.fields.map(({ name: of }) => [of, (values[of] ?? '').trim()])),
      ),
    onSuccess: (connected) => {
      show(texts.connected(name), 'success');
      onConnected(connected);
    },
  });
  const isMissing = ({ name }: NetworkField) => (values[name] ?? '').trim() === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!item.fields.some(isMissing)) connect.mutate();
  };
  return (
    <form className="settings__form" onSubmit={submit} noValidate autoComplete="off">
      <Text size="small">{texts.how[item.network]}</Text>
      {item.fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          isMissing={isTried && isMissing(field)}
          onChange={(value) => {
            connect.reset();
            setValues((known) => ({ ...known, [field.name]: value }));
          }}
        />
      ))}
      <div role="alert" data-testid="connect-problem">
        {connect.error !== null && <FailureNote failure={say(connect.error)} />}
      </div>
      <div>
        <Button
          type="submit"
          disabled={connect.isPending}
          aria-busy={connect.isPending}
          data-testid="connect-now"
        >
          {connect.isPending ? texts.connecting : texts.connect}
        </Button>
      </div>
    </form>
  );
}

interface FieldProps {
  field: NetworkField;
  value: string;
  isMissing: boolean;
  onChange(value: string): void;
}

function Field({ field, value, isMissing, onChange }: FieldProps) {
  const { networks: texts } = useAutopostMessages();
  const id = useId();
  const { name, kind } = field;
  const words = texts.fields[name];
  return (
    <div className="wxa-field">
      <label htmlFor={id}>{words?.label ?? field.label}</label>
      <input
        id={id}
        type={kind === 'secret' ? 'password' : kind === 'url' ? 'url' : 'text'}
        dir="ltr"
        autoComplete={kind === 'secret' ? 'new-password' : 'off'}
        autoCapitalize="none"
        spellCheck={false}
        value={value}
        aria-invalid={isMissing}
        aria-describedby={`${id}-says`}
        onChange={(event) => onChange(event.target.value)}
        data-testid={`field-${name}`}
      />
      <span id={`${id}-says`}>
        <Text size="tiny" {...(isMissing ? { skin: 'error' as const } : { secondary: true })}>
          {isMissing ? texts.fieldMissing : (words?.hint ?? field.hint)}
        </Text>
      </span>
    </div>
  );
}

function useConnectProblem(name: string): (error: unknown) => Failure {
  const { networks: texts } = useAutopostMessages();
  const failure = useFailure();
  return (error) => {
    const code = error instanceof ApiError ? error.code : '';
    if (code === 'network_unreachable') return knownFailure(texts.unreachable(name));
    // The server says what the network said of it, in English.
    if (code === 'network_refused') return failure(error, texts.refused(name));
    return failure(error, texts.failed);
  };
}
