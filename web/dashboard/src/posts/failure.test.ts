import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { de } from '../messages/autopost/failure/de';
import { en } from '../messages/autopost/failure/en';
import { he } from '../messages/autopost/failure/he';
import { FAILURE_CODES } from './failure';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const found = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, code = '']) => code);

/** A result has another code for it: `Outcome::ended` of autopost's `post.rs`. */
const RENAMED = ['job_failed'];

/** Codes that autopost gives by name, in its jobs and where it ends a result by itself. */
function codesOfAutopost(): string[] {
  const folder = 'apps/autopost/src';
  const files = readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.rs'));
  return sources.flatMap((file) =>
    found(read(join(folder, file)), /(?:fail_with|\.failed)\(\s*"(\w+)"/g),
  );
}

/** Codes that a job may end with by itself. */
const codesOfJobs = () =>
  found(read('crates/jobs/src/error.rs'), /pub\(crate\) const \w+: &str = "(\w+)"/g);

/** Codes of a post whose time came and that was refused: `Due` of autopost's `post/schedule.rs`. */
const OF_DUE_POSTS = ['post_invalid', 'insufficient_credits', 'internal'];

describe('what failed on a network', () => {
  it.each(Object.entries({ en, de, he }))('is_said_in_words_for_every_code: %s', (_, texts) => {
    const names = FAILURE_CODES.filter((code) => !texts[code]?.('Mastodon').trim().endsWith('.'));
    expect(names).toEqual([]);
  });

  it('has_no_code_that_the_pages_do_not_know', () => {
    const codes = new Set([...codesOfAutopost(), ...codesOfJobs(), ...OF_DUE_POSTS]);
    expect(codes).toContain('image_gone');
    expect(codes).toContain('worker_lost');
    const known = new Set<string>([...FAILURE_CODES, ...RENAMED]);
    expect([...codes].filter((code) => !known.has(code))).toEqual([]);
    expect([...known].filter((code) => !codes.has(code))).toEqual([]);
  });
});
