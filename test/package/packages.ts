import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The packages of this repository by their folder; the first is the service. */
export const FOLDERS = ['.', 'packages/sdk', 'packages/client'] as const;

/** What a subpath of a package stands for, as paths from the repository's root. */
export interface Module {
  /** As an app imports it, such as `@authgraph/sdk/express`. */
  readonly name: string;
  readonly folder: string;
  readonly code: string;
  readonly types: string;
}

export interface Manifest {
  readonly name: string;
  readonly engines: { readonly node: string };
  readonly exports: {
    readonly [subpath: string]: string | { readonly types: string; readonly default: string };
  };
  readonly scripts: { readonly [name: string]: string };
  readonly dependencies?: { readonly [name: string]: string };
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}

/** The modules that a package exports; a subpath that is a file as it stands is none. */
export function modulesOf(folder: string): Module[] {
  const { name, exports } = manifestOf(folder);
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string'
      ? []
      : [
          {
            name: name + subpath.slice(1),
            folder,
            code: join(folder, target.default),
            types: join(folder, target.types),
          },
        ],
  );
}

/** The source files below a folder, without their extension, tests included. */
export function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.d)\.tsx?$/.test(name))
    .map((name) => name.replace(/\.tsx?$/, ''));
}
