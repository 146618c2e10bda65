/** `$9.00` from the decimal text the platform sends; the text itself when the currency is unknown. */
export function formatPrice(price: string, currency: string): string {
  const amount = Number(price);
  if (!Number.isFinite(amount)) return `${price} ${currency}`;
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount);
  } catch {
    return `${price} ${currency}`;
  }
}

const CYCLES: Record<string, { name: string; per: string }> = {
  MONTHLY: { name: 'Monthly', per: '/ month' },
  YEARLY: { name: 'Yearly', per: '/ year' },
  TWO_YEARS: { name: 'Every 2 years', per: '/ 2 years' },
  THREE_YEARS: { name: 'Every 3 years', per: '/ 3 years' },
  FOUR_YEARS: { name: 'Every 4 years', per: '/ 4 years' },
  FIVE_YEARS: { name: 'Every 5 years', per: '/ 5 years' },
  ONE_TIME: { name: 'One-time payment', per: 'once' },
  NO_CYCLE: { name: 'No billing cycle', per: '' },
};

export function cycleName(cycle: string): string {
  return CYCLES[cycle]?.name ?? cycle;
}

export function perCycle(cycle: string): string {
  return CYCLES[cycle]?.per ?? '';
}
