// @vitest-environment node
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const modules = join(root, '../../node_modules');
let app = '';

const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' });

/** An app that has installed the package as it would be published, and what that needs. */
beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'wixapp-package-'));
  const tarball = run('npm', ['pack', '--silent', '--pack-destination', app], root)
    .trim()
    .split('\n')
    .at(-1);
  const installed = join(app, 'node_modules/@wixapp/react');
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', `${tarball}`, '-C', installed, '--strip-components=1'], app);
  for (const name of ['@wix', '@tanstack', '@types', 'csstype', 'react', 'react-dom']) {
    symlinkSync(join(modules, name), join(app, 'node_modules', name));
  }
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
}, 120_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

it('is_imported_by_node_alone_with_all_that_it_exports', async () => {
  const script = "console.log(Object.keys(await import('@wixapp/react')).join())";
  const names = run(process.execPath, ['--input-type=module', '--eval', script], app).trim();
  expect(names.split(',').sort()).toEqual(Object.keys(await import('./index.js')).sort());
});

it('has_types_that_node_resolution_finds', () => {
  const use = [
    "import { type DialogProps, useCredits } from '@wixapp/react';",
    'export const size: DialogProps["size"] = "wide";',
    '// @ts-expect-error',
    'export const wrong: DialogProps["size"] = "endless";',
    'export const available = (): number | undefined => useCredits().credits?.available;',
    '// @ts-expect-error',
    'export const none = () => useCredits().nothing;',
  ];
  writeFileSync(join(app, 'use.ts'), use.join('\n'));
  const compilerOptions = {
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
  const tsc = join(modules, 'typescript/bin/tsc');
  expect(() => run(process.execPath, [tsc, '--project', '.'], app)).not.toThrow();
});

it('has_its_style_sheet_with_every_part_of_it', () => {
  const sheet = createRequire(join(app, 'app.js')).resolve('@wixapp/react/styles.css');
  const parts = [...readFileSync(sheet, 'utf8').matchAll(/@import "(.+?)"/g)].map(
    ([, part = '']) => part,
  );
  expect(parts).not.toEqual([]);
  for (const part of parts) expect(existsSync(join(sheet, '..', part)), part).toBe(true);
});
