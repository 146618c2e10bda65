// Writes docs/fidelity.md from cases.json; `list.test.mjs` fails when it is stale.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { list } from './lib/cases.mjs';

export const PAGE = fileURLToPath(new URL('../../docs/fidelity.md', import.meta.url));

const HEAD = `# How close the local platform is to Wix

<!-- Written by \`npm run fidelity\` in tests/sdk-conformance from cases.json. Change that file, not this one. -->

The judges are Wix's own packages, unmodified: \`@wix/sdk\`, \`@wix/data\`, \`@wix/app-management\`, \`@wix/essentials\` and
\`@wix/secrets\`, run by Node against the local platform. An address that no package calls is asked through the client's
\`fetchWithAuth\`, or as a browser asks. \`cargo xtask test --only sdk\` does it all.

- **exact**: what is documented or was seen of Wix is done in full, so far as the cases ask; a remark is about what they do not
  ask.
- **approximate**: the call works; the remark says what is different or not known of Wix.
- **missing**: the local platform does not answer it yet.

The source of what is expected: *seen* by running the package against a recorder, *src*: read in the package's source,
*doc*: said by Wix's documentation.
`;

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|');

/** The page as it should be. */
export function page() {
  const calls = list();
  const tested = calls.reduce((sum, { cases }) => sum + cases.length, 0);
  const count = (/** @type {string} */ fidelity) =>
    calls.filter((entry) => entry.fidelity === fidelity).length;
  const rows = calls.map(
    ({ call, endpoint, fidelity, source, note = '', cases }) =>
      `| ${cell(call)} | \`${endpoint}\` | ${fidelity} | ${cases.length} | ${source} | ${cell(note)} |`,
  );
  const details = calls
    .filter(({ cases }) => cases.length > 0)
    .map(({ call, cases }) => `### ${call}\n\n${cases.map((title) => `- ${title}`).join('\n')}\n`);
  return `${HEAD}
${calls.length} calls, ${tested} cases: ${count('exact')} exact, ${count('approximate')} approximate, ${count('missing')} missing.

| call | endpoint | fidelity | cases | source | remark |
|---|---|---|---|---|---|
${rows.join('\n')}

## The cases

${details.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, page());
