import { Button } from '@wix/design-system';
import { type FormEvent, useState } from 'react';
import { useRestoreSnapshot, useSaveSnapshot } from '../api/actions';
import { useSnapshots } from '../api/queries';
import type { Snapshot } from '../api/types';
import { ConfirmDialog } from '../feedback/ConfirmDialog';
import { sentenceOf } from '../feedback/Feedback';
import { formatDateTime } from '../format/time';
import { Section } from '../shell/Page';

function Save() {
  const [name, setName] = useState('');
  const save = useSaveSnapshot();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ name: name.trim(), replace: false }, { onSuccess: () => setName('') });
  };
  return (
    <form className="lp-snapshot-save" noValidate onSubmit={submit}>
      <input
        aria-invalid={save.error !== null}
        aria-label="Name of the snapshot"
        className="lp-input"
        data-testid="snapshot-name"
        onChange={(event) => setName(event.target.value)}
        placeholder="before-refund"
        value={name}
      />
      <Button
        data-testid="snapshot-save"
        disabled={save.isPending}
        priority="secondary"
        size="medium"
        type="submit"
      >
        {save.isPending ? 'Saving…' : 'Save'}
      </Button>
      {save.error && (
        <p className="lp-field-error" role="alert">
          {sentenceOf(save.error)}
        </p>
      )}
    </form>
  );
}

function Saved({ snapshot, onRestore }: { snapshot: Snapshot; onRestore: () => void }) {
  const { name, at, withApp, installs } = snapshot;
  const what = withApp ? 'Platform and app' : 'Platform alone';
  return (
    <li className="lp-snapshot" data-testid="snapshot">
      <div>
        <strong>{name}</strong>
        <span className="lp-muted">
          {formatDateTime(at)} · {what} · {installs} {installs === 1 ? 'install' : 'installs'}
        </span>
      </div>
      <Button onClick={onRestore} priority="secondary" size="small">
        Go back
      </Button>
    </li>
  );
}

export function SnapshotSection() {
  const { data: snapshots, error } = useSnapshots();
  const restore = useRestoreSnapshot();
  const [asked, setAsked] = useState<string | null>(null);
  const close = () => {
    setAsked(null);
    restore.reset();
  };
  return (
    <Section title="Snapshots">
      <p className="lp-muted">
        A snapshot holds time, sites, plans, waiting webhooks and the items of Wix Data, and with{' '}
        <code>dev</code> the app’s credits and jobs.
      </p>
      {error ? <p className="lp-inline-error">{sentenceOf(error)}</p> : <Save />}
      {snapshots && snapshots.length > 0 && (
        <ul className="lp-snapshots">
          {snapshots.map((snapshot) => (
            <Saved
              key={snapshot.name}
              onRestore={() => setAsked(snapshot.name)}
              snapshot={snapshot}
            />
          ))}
        </ul>
      )}
      {asked !== null && (
        <ConfirmDialog
          busy={restore.isPending}
          busyLabel="Going back…"
          confirmLabel="Go back"
          confirmTestId="confirm-restore"
          error={restore.error}
          onClose={close}
          onConfirm={() => restore.mutate(asked, { onSuccess: close })}
          title={`Go back to “${asked}”?`}
        >
          <p>Everything that happened since is gone, here and in the app. Reload the app’s page.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
