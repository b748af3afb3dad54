import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';

/**
 * What one file brings with it: files of ours by path, packages and Node's own modules by name. All
 * sorted.
 */
export interface Reached {
  readonly files: readonly string[];
  readonly packages: readonly string[];
  readonly builtins: readonly string[];
}

/** Static imports, re-exports, `import()` and `import type`, one after another or in one line. */
const FORMS = [
  /(?:^|[;{}])\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/,
  /^\s*import\s*['"]([^'"]+)['"]/,
  /\bimport\(\s*['"`]([^'"`]+)['"`]/,
];
const IMPORT = new RegExp(FORMS.map(({ source }) => source).join('|'), 'gm');
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/** Follows the imports of a built file, `.js` or `.d.ts`, through all that they lead to. */
export function reachedFrom(root: string, entry: string): Reached {
  const isDeclaration = entry.endsWith('.d.ts');
  const files = new Set<string>();
  const packages = new Set<string>();
  const builtins = new Set<string>();
  const waiting = [normalize(entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const specifier of specifiersIn(readFileSync(join(root, file), 'utf8'))) {
      if (specifier.startsWith('.'))
        waiting.push(fileOf(join(dirname(file), specifier), isDeclaration));
      else
        (isBuiltin(specifier) ? builtins : packages).add(
          isBuiltin(specifier) ? specifier : packageOf(specifier),
        );
    }
  }
  return {
    files: [...files].sort(),
    packages: [...packages].sort(),
    builtins: [...builtins].sort(),
  };
}

export function specifiersIn(text: string): string[] {
  return [...text.replace(COMMENT, '').matchAll(IMPORT)].map(
    (match) => match.slice(1).find((group) => group !== undefined) ?? '',
  );
}

export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function fileOf(path: string, isDeclaration: boolean): string {
  return isDeclaration ? path.replace(/\.js$/, '.d.ts') : path;
}
