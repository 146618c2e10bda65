// Writes the API types and calls of @wixapp/react from the API document. Its own folder and lock file: the generator
// works with TypeScript's JavaScript API of 5.9, the workspace is checked with 7.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callsOf } from './calls.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const document = 'api/openapi.json';
const output = 'web/packages/react/src/api/generated';
const biome = join(root, 'web/node_modules/@biomejs/biome/bin/biome');

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  }
}

/** Installs the generator when it is missing or its lock file changed. */
function install() {
  const kept = join(here, 'node_modules/.installed');
  const lock = sha256(join(here, 'package-lock.json'));
  if (existsSync(kept) && readFileSync(kept, 'utf8') === lock) return;
  // The generator names Node 22.18 as its oldest; it runs on 20.19 as well, so npm's warning is left out.
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], here);
  writeFileSync(kept, lock);
}

async function writeTypes() {
  const { createClient } = await import('@hey-api/openapi-ts');
  await createClient({
    input: join(root, document),
    output: { path: join(root, output), module: { extension: '.js' } },
    plugins: ['@hey-api/typescript'],
    logs: { level: 'silent' },
  });
}

const inCamels = (id) => id.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const asType = (id) => inCamels(`_${id}`);

/** Beside the types: what each call takes and answers, and by which method and path it is made. */
function writeOperations(calls) {
  const all = calls.toSorted(([one], [other]) => (one < other ? -1 : 1));
  const types = all.flatMap(([id]) => [`${asType(id)}Data`, `${asType(id)}Response`]);
  const lines = (line) => all.map(line).join('\n');
  const source = `// This file is auto-generated from ${document}

import type { ${types.join(', ')} } from './types.gen.js';

/** What each call takes and answers. */
export interface Operations {
${lines(([id]) => `${inCamels(id)}: { input: Omit<${asType(id)}Data, 'url'>; path: ${asType(id)}Data['url']; answer: ${asType(id)}Response };`)}
}

/** The method and the path of each call. */
export const operations: {
  readonly [Name in keyof Operations]: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
    readonly path: Operations[Name]['path'];
  };
} = {
${lines(([id, method, path]) => `${inCamels(id)}: { method: '${method.toUpperCase()}', path: '${path}' },`)}
};
`;
  writeFileSync(join(root, output, 'operations.gen.ts'), source);
}

/** Keeps the hashes of the document and of what was made of it; a test compares them (`sha256sum -c` does, too). */
function writeSums() {
  const made = readdirSync(join(root, output)).filter((name) => name.endsWith('.ts'));
  const files = [document, ...made.sort().map((name) => `${output}/${name}`)];
  const lines = files.map((file) => `${sha256(join(root, file))}  ${file}\n`);
  writeFileSync(join(root, output, 'SHA256SUMS'), lines.join(''));
}

// First of all: a document that is refused changes no file.
const calls = callsOf(JSON.parse(readFileSync(join(root, document), 'utf8')));
install();
await writeTypes();
writeOperations(calls);
run(process.execPath, [biome, 'format', '--write', join(root, output)], join(root, 'web'));
writeSums();
