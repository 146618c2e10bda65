import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import postcss from 'postcss';
import type { Plugin } from 'vite';

/** A class of the design system: version, then `_Component__part--state` or `-block__part--state`. */
const SCOPED_NAME = /wds_\d+_\d+_\d+([_-][A-Za-z0-9_-]+)/g;
const BLOCK_NAME = /defineClassNames\(\s*['"]([^'"]+)['"]/g;
const IMPORTED_NAMES = /import\s*(?:type\s*)?\{([^}]*)\}\s*from\s*['"]@wix\/design-system['"]/g;
const REEXPORT = /export\s*\{([^}]*)\}\s*from\s*['"](\.[^'"]+)['"]/g;
const RELATIVE_IMPORT = /(?:from|import)\s*['"](\.[^'"]+)['"]/g;

/** `_Box` of `_Box__root` and of `_Box--inline`: what all classes of one component begin with. */
function namespaceOf(className: string): string {
  return className.split(/__|--/, 1)[0] ?? className;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

/** Names imported from the design system anywhere in the given source folders. */
function importedComponents(folders: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (const file of folders.flatMap(sourceFiles)) {
    for (const [, list = ''] of readFileSync(file, 'utf8').matchAll(IMPORTED_NAMES)) {
      for (const item of list.split(',')) {
        const name = item
          .trim()
          .replace(/^type\s+/, '')
          .split(/\s/, 1)[0];
        if (name) names.add(name);
      }
    }
  }
  return names;
}

function resolveModule(from: string, specifier: string): string | null {
  const base = join(dirname(from), specifier);
  const candidates = [base, `${base}.js`, join(base, 'index.js')];
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return candidates.find(isFile) ?? null;
}

/** Every style namespace that the components, or anything they import, can put on an element. */
function reachableNamespaces(entry: string, components: ReadonlySet<string>): Set<string> {
  const queue: string[] = [];
  for (const [, list = '', specifier = ''] of readFileSync(entry, 'utf8').matchAll(REEXPORT)) {
    const names = list.split(',').map(
      (item) =>
        item
          .trim()
          .split(/\s+as\s+/)
          .at(-1) ?? '',
    );
    const file = names.some((name) => components.has(name))
      ? resolveModule(entry, specifier)
      : null;
    if (file !== null) queue.push(file);
  }
  const seen = new Set(queue);
  const namespaces = new Set<string>();
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const code = readFileSync(file, 'utf8');
    for (const [, name = ''] of code.matchAll(SCOPED_NAME)) namespaces.add(namespaceOf(name));
    for (const [, block = ''] of code.matchAll(BLOCK_NAME)) namespaces.add(`-${block}`);
    for (const [, specifier = ''] of code.matchAll(RELATIVE_IMPORT)) {
      const next = resolveModule(file, specifier);
      if (next === null || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return namespaces;
}

/** Whether an element of the page could match: every class outside `:not()` must be a known one. */
function canMatch(selector: string, namespaces: ReadonlySet<string>): boolean {
  const required = selector.replace(/:(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)/g, '');
  return [...required.matchAll(SCOPED_NAME)].every(([, name = '']) =>
    namespaces.has(namespaceOf(name)),
  );
}

/** The style sheet without the rules of components that the page cannot show. */
export function withoutUnusedRules(css: string, namespaces: ReadonlySet<string>): string {
  const root = postcss.parse(css);
  root.walkRules((rule) => {
    if (rule.parent?.type === 'atrule' && /keyframes$/.test((rule.parent as postcss.AtRule).name)) {
      return;
    }
    const kept = rule.selectors.filter((selector) => canMatch(selector, namespaces));
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  });
  // The sheet is followed by others, where a second `@charset` would be an error.
  root.walkAtRules('charset', (rule) => void rule.remove());
  root.walkAtRules((rule) => {
    if (/^(?:media|supports|container)$/.test(rule.name) && rule.nodes?.length === 0) rule.remove();
  });
  return root.toString();
}

/**
 * The design system ships ONE style sheet for all its components (1.2 MB). Its class names carry the
 * component's name, so a rule whose component is not reachable from the page's imports can never match
 * and is left out. Nothing is guessed from rendered markup: states set at run time keep their rules.
 */
export function purgeDesignSystem(options: { sources: readonly string[] }): Plugin {
  return {
    name: 'wixapp-purge-design-system',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!/@wix\/design-system\/[^/]+\.css$/.test(id)) return null;
      const entry = join(
        dirname(createRequire(id).resolve('@wix/design-system/package.json')),
        'dist/esm/index.js',
      );
      const namespaces = reachableNamespaces(entry, importedComponents(options.sources));
      if (namespaces.size === 0) this.error('no design system component is imported');
      return { code: withoutUnusedRules(code, namespaces), map: null };
    },
  };
}
