import { Button, Text } from '@wix/design-system';
import { type FormEvent, useId, useState } from 'react';
import { ApiError } from '../api/error.js';
import type { Checkout, NoticesSettings, UserStatus } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { useNotices } from '../hooks/useNotices.js';
import { knownFailure, useFailure } from '../messages/useFailure.js';
import { useMessages } from '../messages/useMessages.js';
import { FailureNote } from './FailureNote.js';

export interface ReturnMailProps {
  /** What is waited for; undefined while it is not known. */
  checkout: Checkout | undefined;
}

/**
 * Says that a mail will come once the payment is confirmed, or asks where to send it. Nothing is promised by a server
 * that sends no mails, nor for a purchase that no notice tells of.
 */
export function ReturnMail({ checkout }: ReturnMailProps) {
  const { userData } = useWixContext();
  const { mail } = useMessages().checkout;
  const notices = useNotices();
  if (notices.data?.available !== true) return null;
  const { settings } = notices.data;
  const telling = tellingNotices(checkout, userData);
  if (telling.length === 0) return null;
  const isTold = telling.some((kind) => settings[kind]);
  if (settings.address && isTold) {
    return (
      <Text size="small">
        <span data-testid="return-mail-promise">{mail.promise(settings.address)}</span>
      </Text>
    );
  }
  return <AddressForm settings={settings} save={notices.save} />;
}

/**
 * Which notices tell that a checkout is confirmed. Another way of paying for the plan that runs changes no plan and gives
 * no credits, so none does.
 */
function tellingNotices(
  checkout: Checkout | undefined,
  status: UserStatus | undefined,
): readonly ('planChanged' | 'creditsGranted')[] {
  if (checkout === undefined || status === undefined) return [];
  if (checkout.billingCycle === 'ONE_TIME') return ['creditsGranted'];
  if (checkout.planId === status.plan.id) return [];
  // A trial that goes on with another plan gives no credits again.
  return status.subscription.status === 'trial'
    ? ['planChanged']
    : ['planChanged', 'creditsGranted'];
}

interface AddressFormProps {
  settings: NoticesSettings;
  save: ReturnType<typeof useNotices>['save'];
}

function AddressForm({ settings, save }: AddressFormProps) {
  const { mail } = useMessages().checkout;
  const failure = useFailure();
  const id = useId();
  const [address, setAddress] = useState(settings.address ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ ...settings, address: address.trim(), planChanged: true, creditsGranted: true });
  };
  const problem = (error: Error) =>
    // The server's words for an address that it refuses are for developers.
    error instanceof ApiError && error.code === 'invalid_request'
      ? knownFailure(mail.failed)
      : failure(error, mail.failed);
  return (
    <form className="wxa-return__mail" onSubmit={submit}>
      <div className="wxa-field">
        <label htmlFor={id}>{mail.label}</label>
        <input
          id={id}
          type="email"
          required
          maxLength={254}
          autoComplete="email"
          dir="ltr"
          value={address}
          onChange={(event) => setAddress(event.target.value)}
          data-testid="return-mail-address"
        />
      </div>
      <Button type="submit" size="small" priority="secondary" disabled={save.isPending}>
        {mail.action}
      </Button>
      <span role="alert">
        {save.error !== null && <FailureNote failure={problem(save.error)} />}
      </span>
    </form>
  );
}
