import type { ChaosProfile } from '../api/types';

export type Rate = Exclude<keyof ChaosProfile, 'seed'>;

/** As the platform sets them when nothing is said. */
export const USUAL: ChaosProfile = {
  seed: 7,
  duplicate: 20,
  reorder: 20,
  delay: 10,
  drop: 15,
  slow: 10,
};

export const RATES: readonly { rate: Rate; label: string }[] = [
  { rate: 'duplicate', label: 'Come twice' },
  { rate: 'reorder', label: 'Are overtaken' },
  { rate: 'delay', label: 'Come minutes late' },
  { rate: 'drop', label: 'Get lost, per attempt' },
  { rate: 'slow', label: 'Are answered too late, per attempt' },
];

export type Draft = Record<keyof ChaosProfile, string>;

export function draftOf(profile: ChaosProfile): Draft {
  const { seed, duplicate, reorder, delay, drop, slow } = profile;
  return {
    seed: String(seed),
    duplicate: String(duplicate),
    reorder: String(reorder),
    delay: String(delay),
    drop: String(drop),
    slow: String(slow),
  };
}

function whole(text: string, most: number): number | null {
  const trimmed = text.trim();
  const number = Number(trimmed);
  return /^\d+$/.test(trimmed) && number <= most ? number : null;
}

export type ChaosResult = { profile: ChaosProfile } | { error: string };

/** The settings that were typed, or a sentence saying what is wrong. */
export function parseChaos(draft: Draft): ChaosResult {
  const seed = whole(draft.seed, Number.MAX_SAFE_INTEGER);
  if (seed === null) return { error: 'The seed is a whole number.' };
  const profile = { ...USUAL, seed };
  for (const { rate, label } of RATES) {
    const percent = whole(draft[rate], 100);
    if (percent === null) return { error: `“${label}” is a whole number from 0 to 100.` };
    profile[rate] = percent;
  }
  return { profile };
}
