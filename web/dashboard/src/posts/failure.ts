/** Every reason that a network's result can give for not having a post. */
export const FAILURE_CODES = [
  // What a network or its account is about.
  'refused',
  'unreachable',
  'not_connected',
  'not_offered',
  'reconnect',
  // What the post is about.
  'image_gone',
  'missed',
  'post_invalid',
  'insufficient_credits',
  // How its job ended.
  'failed',
  'internal',
  'job_cancelled',
  'job_timeout',
  'job_panicked',
  'worker_lost',
  'job_quarantined',
  'bad_arguments',
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];

/** A sentence for each, with the network's name. */
export type FailureTexts = Record<FailureCode, (name: string) => string>;

export function isFailureCode(code: string): code is FailureCode {
  return (FAILURE_CODES as readonly string[]).includes(code);
}
