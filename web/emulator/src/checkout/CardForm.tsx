import { Button } from '@wix/design-system';
import { type FormEvent, type InputHTMLAttributes, useId, useRef, useState } from 'react';
import type { CardDetails } from '../api/types';
import { sentenceOf } from '../feedback/Feedback';
import { LockIcon } from '../shell/icons';
import {
  type CardErrors,
  type CardField,
  cardForWire,
  EMPTY_CARD,
  formatCardNumber,
  formatExpiry,
  TEST_CARDS,
  testCardDetails,
  validateCard,
} from './card';

interface CardFormProps {
  payLabel: string;
  now: number;
  busy: boolean;
  error: Error | null;
  onPay: (card: CardDetails) => void;
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  error: string | undefined;
  testId: string;
}

function Field({ label, error, testId, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className="lp-field">
      <label htmlFor={id}>{label}</label>
      <input
        aria-describedby={error ? `${id}-error` : undefined}
        aria-invalid={error !== undefined}
        className="lp-input"
        data-testid={testId}
        id={id}
        {...input}
      />
      {error && (
        <p className="lp-field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

interface TestCardsProps {
  disabled: boolean;
  chosen: string;
  onChoose: (number: string) => void;
}

function TestCards({ disabled, chosen, onChoose }: TestCardsProps) {
  return (
    <fieldset className="lp-test-cards">
      <legend>Test cards</legend>
      {TEST_CARDS.map(({ number, label, outcome }) => (
        <button
          aria-pressed={chosen === number}
          className="lp-chip"
          disabled={disabled}
          key={number}
          onClick={() => onChoose(number)}
          title={`${number}: ${outcome}`}
          type="button"
        >
          {label} <span className="lp-chip-number">…{number.slice(-4)}</span>
        </button>
      ))}
    </fieldset>
  );
}

export function CardForm({ payLabel, now, busy, error, onPay }: CardFormProps) {
  const [card, setCard] = useState(EMPTY_CARD);
  const [errors, setErrors] = useState<CardErrors>({});
  const [isStale, setStale] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const change = (field: CardField, text: string) => {
    setCard((known) => ({ ...known, [field]: text }));
    setErrors(({ [field]: _, ...others }) => others);
    setStale(true);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = validateCard(card, now);
    setErrors(found);
    setStale(false);
    const [first] = Object.keys(found);
    if (first) form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
    else onPay(cardForWire(card));
  };
  const chooseTestCard = (number: string) => {
    const chosen = TEST_CARDS.find((known) => known.number === number);
    if (!chosen) return;
    setCard(testCardDetails(chosen, card.name || 'Test Payer', now));
    setErrors({});
    setStale(true);
  };
  const field = (name: CardField) => ({
    name,
    value: card[name],
    error: errors[name],
    disabled: busy,
  });
  return (
    <form aria-busy={busy} className="lp-card-form" noValidate onSubmit={submit} ref={form}>
      <TestCards chosen={card.cardNumber} disabled={busy} onChoose={chooseTestCard} />
      <Field
        {...field('cardNumber')}
        autoComplete="cc-number"
        inputMode="numeric"
        label="Card number"
        onChange={(event) => change('cardNumber', formatCardNumber(event.target.value))}
        placeholder="1234 1234 1234 1234"
        testId="card-number"
      />
      <div className="lp-field-row">
        <Field
          {...field('expiry')}
          autoComplete="cc-exp"
          inputMode="numeric"
          label="Expiry date"
          onChange={(event) => change('expiry', formatExpiry(event.target.value, card.expiry))}
          placeholder="MM / YY"
          testId="card-expiry"
        />
        <Field
          {...field('cvc')}
          autoComplete="cc-csc"
          inputMode="numeric"
          label="Security code"
          maxLength={4}
          onChange={(event) => change('cvc', event.target.value.replace(/\D/g, ''))}
          placeholder="CVC"
          testId="card-cvc"
        />
      </div>
      <Field
        {...field('name')}
        autoComplete="cc-name"
        label="Name on card"
        maxLength={100}
        onChange={(event) => change('name', event.target.value)}
        testId="card-name"
      />
      <div aria-live="assertive">
        {error && !busy && !isStale && (
          <p className="lp-inline-error" data-testid="checkout-error">
            {sentenceOf(error)}
          </p>
        )}
      </div>
      <Button data-testid="pay" disabled={busy} fullWidth size="large" type="submit">
        {busy ? 'Processing payment…' : payLabel}
      </Button>
      <p className="lp-muted lp-secure">
        <LockIcon size={16} />
        Nothing is charged and the card number is not kept.
      </p>
    </form>
  );
}
