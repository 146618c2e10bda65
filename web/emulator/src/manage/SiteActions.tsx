import { Button } from '@wix/design-system';
import { useId, useState } from 'react';
import { useNavigate } from 'react-router';
import { useDuplicate, useTransfer } from '../api/actions';
import { installOf } from '../api/site';
import { ConfirmDialog } from '../feedback/ConfirmDialog';
import { sentenceOf } from '../feedback/Feedback';
import { Section } from '../shell/Page';
import { useShell } from '../shell/Shell';

function Transfer() {
  const { site } = useShell();
  const transfer = useTransfer(site.siteId);
  const [isAsking, setAsking] = useState(false);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [nameId, emailId] = [useId(), useId()];
  const close = () => {
    setAsking(false);
    transfer.reset();
  };
  return (
    <>
      <Button data-testid="transfer-site" onClick={() => setAsking(true)} priority="secondary">
        Transfer site
      </Button>
      {isAsking && (
        <ConfirmDialog
          busy={transfer.isPending}
          busyLabel="Transferring…"
          confirmLabel="Transfer"
          confirmTestId="confirm"
          error={transfer.error}
          onClose={close}
          onConfirm={() => transfer.mutate({ name, email }, { onSuccess: close })}
          title={`Transfer ${site.name}?`}
        >
          <p>A paid plan goes with the site, and the app is told.</p>
          <div className="lp-field">
            <label htmlFor={nameId}>New owner’s name</label>
            <input
              className="lp-input"
              data-testid="owner-name"
              id={nameId}
              onChange={(event) => setName(event.target.value)}
              value={name}
            />
          </div>
          <div className="lp-field">
            <label htmlFor={emailId}>E-mail address</label>
            <input
              className="lp-input"
              data-testid="owner-email"
              id={emailId}
              onChange={(event) => setEmail(event.target.value)}
              type="email"
              value={email}
            />
          </div>
        </ConfirmDialog>
      )}
    </>
  );
}

/** What an owner does with the site itself, where it matters to the app. */
export function SiteActions() {
  const { site } = useShell();
  const navigate = useNavigate();
  const duplicate = useDuplicate();
  return (
    <Section title="Site">
      <dl className="lp-facts lp-site-facts">
        <div>
          <dt>Owner</dt>
          <dd data-testid="site-owner">{site.ownerName}</dd>
        </div>
        <div>
          <dt>E-mail</dt>
          <dd>{site.ownerEmail}</dd>
        </div>
      </dl>
      <div className="lp-actions">
        {site.pageUrl && (
          <Button
            as="a"
            data-testid="site-page"
            href={site.pageUrl}
            priority="secondary"
            rel="noopener"
            target="_blank"
          >
            View site
          </Button>
        )}
        {installOf(site) && (
          <Button
            data-testid="duplicate-site"
            disabled={duplicate.isPending}
            onClick={() =>
              duplicate.mutate(site.siteId, {
                onSuccess: (copy) =>
                  void navigate(`/dashboard/${encodeURIComponent(copy.siteId)}/manage-apps`),
              })
            }
            priority="secondary"
          >
            {duplicate.isPending ? 'Duplicating…' : 'Duplicate site'}
          </Button>
        )}
        <Transfer />
      </div>
      {duplicate.error && (
        <p className="lp-inline-error" role="alert">
          {sentenceOf(duplicate.error)}
        </p>
      )}
    </Section>
  );
}
