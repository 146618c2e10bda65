import { Button } from '@wix/design-system';
import { type FormEvent, useId, useState } from 'react';
import { ApiError } from '../api/error.js';
import { useWixContext } from '../context/WixContext.js';
import { usePromo } from '../hooks/usePromo.js';
import { type Failure, knownFailure, useFailure } from '../messages/useFailure.js';
import { useMessages } from '../messages/useMessages.js';
import { RequestId } from './RequestId.js';

const LONGEST = 64;

/** A folded-away field for a code that gives credits; says what it gave, or why it did not. */
export function PromoCode() {
  const { promo } = useMessages();
  return (
    <details className="wxa-promo" data-testid="promo">
      <summary>{promo.open}</summary>
      <PromoForm />
    </details>
  );
}

function PromoForm() {
  const { promo: texts } = useMessages();
  const { format } = useWixContext();
  const promo = usePromo();
  const problemOf = useProblem();
  const id = useId();
  const [code, setCode] = useState('');
  const [isEmpty, setEmpty] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = code.trim();
    setEmpty(wanted === '');
    if (wanted === '' || promo.isPending) return;
    promo.mutate(wanted, { onSuccess: () => setCode('') });
  };
  const problem = isEmpty ? knownFailure(texts.empty) : problemOf(promo.error);
  const gained = promo.data;
  return (
    <form className="wxa-promo__form" onSubmit={submit} noValidate>
      <div className="wxa-field">
        <label htmlFor={id}>{texts.label}</label>
        <input
          id={id}
          value={code}
          maxLength={LONGEST}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          dir="ltr"
          aria-invalid={problem !== null}
          aria-describedby={`${id}-says`}
          onChange={(event) => {
            setCode(event.target.value);
            setEmpty(false);
            promo.reset();
          }}
          data-testid="promo-code"
        />
      </div>
      <Button
        type="submit"
        priority="secondary"
        disabled={promo.isPending}
        data-testid="promo-submit"
      >
        {promo.isPending ? texts.applying : texts.apply}
      </Button>
      <p
        id={`${id}-says`}
        className="wxa-promo__says"
        data-tone={problem === null ? 'success' : 'error'}
        role="status"
        data-testid="promo-says"
      >
        {problem?.text}
        <RequestId id={problem?.requestId ?? null} />
        {gained !== undefined &&
          (gained.expiresAt
            ? texts.addedUntil(gained.amount, format.date(gained.expiresAt))
            : texts.added(gained.amount))}
      </p>
    </form>
  );
}

function useProblem(): (error: unknown) => Failure | null {
  const { promo } = useMessages();
  const failure = useFailure();
  return (error) => {
    if (error === null || error === undefined) return null;
    const ours = error instanceof ApiError ? promo.refusals[error.code] : undefined;
    return ours === undefined ? failure(error, promo.failed) : knownFailure(ours);
  };
}
