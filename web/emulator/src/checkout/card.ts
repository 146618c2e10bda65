import type { CardDetails } from '../api/types';

export type CardField = keyof CardDetails;
export type CardErrors = Partial<Record<CardField, string>>;

export const EMPTY_CARD: CardDetails = { cardNumber: '', expiry: '', cvc: '', name: '' };

export interface TestCard {
  number: string;
  label: string;
  outcome: string;
}

export const TEST_CARDS: readonly TestCard[] = [
  { number: '4242 4242 4242 4242', label: 'Pays', outcome: 'the payment succeeds' },
  { number: '4000 0000 0000 0002', label: 'Declined', outcome: 'the card is declined' },
  {
    number: '4000 0000 0000 9995',
    label: 'No funds',
    outcome: 'the card has insufficient funds',
  },
  {
    number: '4000 0000 0000 0077',
    label: 'Pays late',
    outcome: 'the payment succeeds, its webhook comes 20 seconds later',
  },
];

/** The whole form for a test card; the expiry lies two years ahead of the platform's time. */
export function testCardDetails(card: TestCard, name: string, now: number): CardDetails {
  const year = (new Date(now).getUTCFullYear() + 2) % 100;
  return {
    cardNumber: card.number,
    expiry: `12 / ${String(year).padStart(2, '0')}`,
    cvc: '123',
    name,
  };
}

function digits(text: string): string {
  return text.replace(/\D/g, '');
}

/** Groups of four, as printed on a card. */
export function formatCardNumber(text: string): string {
  return (
    digits(text)
      .slice(0, 19)
      .match(/.{1,4}/g)
      ?.join(' ') ?? ''
  );
}

/** `MM / YY` while typing; deleting the slash deletes the month's last digit, not nothing. */
export function formatExpiry(text: string, previous = ''): string {
  let typed = digits(text).slice(0, 4);
  if (previous.endsWith(' / ') && text.length < previous.length) typed = typed.slice(0, -1);
  if (/^[2-9]$/.test(typed)) typed = `0${typed}`;
  return typed.length < 2 ? typed : `${typed.slice(0, 2)} / ${typed.slice(2)}`;
}

function passesLuhn(number: string): boolean {
  let sum = 0;
  for (let i = 0; i < number.length; i += 1) {
    const digit = Number(number[number.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function numberError(text: string): string | undefined {
  const number = digits(text);
  if (number === '') return 'Enter the card number.';
  if (number.length < 12) return 'The card number is too short.';
  if (!passesLuhn(number)) return 'This is not a valid card number. Check for a mistyped digit.';
  return undefined;
}

function expiryError(text: string, now: number): string | undefined {
  const typed = digits(text);
  if (typed === '') return 'Enter the expiry date.';
  if (typed.length !== 4) return 'Enter month and year, such as 12 / 30.';
  const month = Number(typed.slice(0, 2));
  if (month < 1 || month > 12) return 'The month must be between 01 and 12.';
  const firstDayAfter = Date.UTC(2000 + Number(typed.slice(2)), month, 1);
  return firstDayAfter <= now ? 'This card has expired.' : undefined;
}

function cvcError(text: string): string | undefined {
  if (text === '') return 'Enter the security code.';
  return /^\d{3,4}$/.test(text) ? undefined : 'The security code has 3 or 4 digits.';
}

/** What is wrong with the form, one sentence per field; an empty object when it can be sent. */
export function validateCard(card: CardDetails, now: number): CardErrors {
  const found: [CardField, string | undefined][] = [
    ['cardNumber', numberError(card.cardNumber)],
    ['expiry', expiryError(card.expiry, now)],
    ['cvc', cvcError(card.cvc)],
    ['name', card.name.trim() === '' ? 'Enter the name on the card.' : undefined],
  ];
  const errors: CardErrors = {};
  for (const [field, message] of found) if (message) errors[field] = message;
  return errors;
}

/** What goes over the wire: no spaces in the number, `MM/YY`. */
export function cardForWire(card: CardDetails): CardDetails {
  const expiry = digits(card.expiry);
  return {
    cardNumber: digits(card.cardNumber),
    expiry: `${expiry.slice(0, 2)}/${expiry.slice(2)}`,
    cvc: card.cvc,
    name: card.name.trim(),
  };
}
