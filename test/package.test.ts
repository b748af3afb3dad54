import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { INSTALL_COMMAND } from './harness/framework-apps.js';
import { complaintsAbout, type Example, examplesIn } from './package/documented-examples.js';
import { reachedFrom } from './package/import-graph.js';

/**
 * For what runs in a process of its own: seconds suffice, unless the machine is busy with the other
 * tests.
 */
const PROCESS_TIMEOUT_MS = 120_000;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

interface Manifest {
  readonly exports: {
    readonly [subpath: string]: string | { readonly types: string; readonly default: string };
  };
  readonly dependencies: { readonly [name: string]: string };
}
const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** What each subpath may load beside files of its own: exactly this. */
const LOADS: { readonly [subpath: string]: readonly string[] } = {
  './sdk': ['graphql', 'jose'],
  './type-graphql': ['type-graphql'],
  './express': ['jose'],
  './fastify': ['jose'],
  './hapi': ['jose'],
  './koa': ['jose'],
  './lambda': ['jose'],
  './loopback': ['jose'],
  './nestjs': ['@nestjs/common', 'jose'],
  './next': ['jose', 'next'],
  './node': ['jose'],
  './web': ['jose'],
  './client': [],
  './client/apollo': ['@apollo/client'],
};
/** Frameworks whose types a declaration names; nothing of them is loaded. */
const NAMES_TYPES_OF: { readonly [subpath: string]: readonly string[] } = {
  './type-graphql': ['graphql'],
  './fastify': ['fastify'],
  './koa': ['koa'],
};
/** Built on node:http, which their types may name. */
const TYPES_OF_HTTP = ['./express', './node'];

const modules = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
  typeof target === 'string' ? [] : [{ subpath, code: target.default, types: target.types }],
);

describe('what the package exports', () => {
  it('is the sdk, its integrations, the client, and the schema', () => {
    expect(modules.map(({ subpath }) => subpath)).toEqual(Object.keys(LOADS));
    const files = Object.entries(manifest.exports).filter(
      ([, target]) => typeof target === 'string',
    );
    expect(files).toEqual([
      ['./schema.graphql', './schema.graphql'],
      ['./package.json', './package.json'],
    ]);
    for (const [, file] of files) expect(existsSync(join(ROOT, String(file)))).toBe(true);
  });

  it.each(modules)(
    '$subpath loads its own files, its framework, and nothing of the service',
    ({ subpath, code }) => {
      const { files, packages, builtins } = reachedFrom(ROOT, code);
      const room = subpath.startsWith('./client') ? 'dist/src/client/' : 'dist/src/sdk/';
      expect(files.filter((file) => !file.startsWith(room))).toEqual([]);
      expect(packages).toEqual(LOADS[subpath]);
      // so it runs at the edge and in a browser as far as its framework does
      expect(builtins).toEqual([]);
    },
  );

  it.each(modules)('$subpath has types, which need nothing else', ({ subpath, types }) => {
    const { files, packages, builtins } = reachedFrom(ROOT, types);
    const room = subpath.startsWith('./client') ? 'dist/src/client/' : 'dist/src/sdk/';
    expect(files.filter((file) => !file.startsWith(room))).toEqual([]);
    const known = [...(LOADS[subpath] ?? []), ...(NAMES_TYPES_OF[subpath] ?? [])];
    expect(packages.filter((name) => !known.includes(name))).toEqual([]);
    expect(
      builtins.filter((name) => !(name === 'node:http' && TYPES_OF_HTTP.includes(subpath))),
    ).toEqual([]);
  });

  it('would be noticed to load the service', () => {
    const { packages, files, builtins } = reachedFrom(ROOT, 'dist/src/app.js');
    expect(packages).toEqual(expect.arrayContaining(['@mikro-orm/core', 'fastify', 'jose', 'pg']));
    expect(files).toContain('dist/src/storage/database.js');
    expect(builtins).toContain('node:crypto');
    // by a dynamic import
    expect(reachedFrom(ROOT, 'dist/src/main.js').files).toContain('dist/src/app.js');
  });

  it(
    'can be imported by name, and loads no dependency of the service on the way',
    async () => {
      const { exported, loaded } = await loadAll(
        modules.map(({ subpath }) => subpath.replace('.', 'authgraph')),
      );
      for (const { subpath } of modules)
        expect(exported[subpath.replace('.', 'authgraph')], subpath).not.toEqual([]);
      const ours = loaded.filter((url) =>
        url.startsWith(new URL('../dist/', import.meta.url).href),
      );
      expect(ours).not.toEqual([]);
      expect(ours.filter((url) => !/\/dist\/src\/(?:sdk|client)\//.test(url))).toEqual([]);
      const brought = Object.keys(manifest.dependencies).filter((name) =>
        loaded.some((url) => url.includes(`/node_modules/${name}/`)),
      );
      // What type-graphql and Nest bring along; a server that imports those has them anyway.
      expect(brought).toEqual(['graphql-scalars', 'jose', 'reflect-metadata', 'type-graphql']);
    },
    PROCESS_TIMEOUT_MS,
  );
});

describe('what npm would publish', () => {
  let packed: string[];
  beforeAll(async () => {
    const env = { ...process.env, npm_config_offline: 'true', npm_config_loglevel: 'error' };
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      env,
    });
    const [tarball]: { files: { path: string }[] }[] = JSON.parse(stdout);
    packed = tarball?.files.map(({ path }) => path) ?? [];
  }, PROCESS_TIMEOUT_MS);

  const sources = ['src', 'migrations'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => `dist/${folder}/${name.replace(/\.ts$/, '')}`),
  );
  const published = sources.filter((path) => !path.endsWith('.test'));

  it('is the built code with its types, the schema, and what npm always adds', () => {
    const expected = [
      'LICENSE',
      'README.md',
      'package.json',
      'schema.graphql',
      ...published.flatMap((path) => [`${path}.js`, `${path}.d.ts`]),
    ];
    expect(expected.filter((path) => !packed.includes(path))).toEqual([]);
    // A file whose source is gone was left by an earlier build; `prepack` starts without any.
    const isLeftOver = (path: string) =>
      /^dist\/.*\.(?:js|d\.ts)$/.test(path) &&
      !sources.includes(path.replace(/\.(?:js|d\.ts)$/, ''));
    expect(packed.filter((path) => !expected.includes(path) && !isLeftOver(path))).toEqual([]);
  });

  it('has no tests, source maps, settings, keys or databases in it', () => {
    expect(
      packed.filter((path) =>
        /\.test\.|\.map$|tsbuildinfo|\.env|\.pem$|\.key$|\.authgraph|(?:^|\/)(?:test|bench|examples)\//.test(
          path,
        ),
      ),
    ).toEqual([]);
  });
});

describe('the examples in the documentation', async () => {
  const examples = (
    await Promise.all(['README.md', 'docs/sdk.md'].map((document) => examplesIn(ROOT, document)))
  ).flat();
  const checked = examples.filter(({ missing }) => missing.length === 0);
  const skipped = examples.filter(({ missing }) => missing.length > 0);
  let complaints: Map<string, string[]>;
  beforeAll(async () => {
    complaints = await complaintsAbout(ROOT, [...checked, MISTAKEN], STRICT);
  }, PROCESS_TIMEOUT_MS);

  if (skipped.length > 0) {
    const places = skipped
      .map(({ place, missing }) => `${place} (${missing.join(', ')})`)
      .join(', ');
    process.stderr.write(
      `\n*** Examples that are NOT compiled, since their frameworks are not installed: ${places}. Run: ${INSTALL_COMMAND} ***\n\n`,
    );
  }

  it('are there for every subpath', () => {
    const used = new Set(
      examples.flatMap(({ code }) =>
        [...code.matchAll(/from '(authgraph\/[^']+)'/g)].map(([, name]) => name),
      ),
    );
    const documentedElsewhere = ['@authgraph/client/apollo']; // docs/client.md
    const subpaths = modules.map(({ subpath }) => subpath.replace('.', 'authgraph'));
    expect(subpaths.filter((name) => !used.has(name))).toEqual(documentedElsewhere);
  });

  it.each(checked)('$place compiles, strictly', ({ place }) => {
    expect(complaints.get(place) ?? []).toEqual([]);
  });

  it.skip.each(skipped)('$place compiles, strictly (needs $missing)', () => {});

  it('would not compile with a mistake in them, and there is no other', () => {
    expect(complaints.get(MISTAKEN.place)).toEqual([expect.stringContaining('TS2322')]);
    expect([...complaints.keys()]).toEqual([MISTAKEN.place]);
  });
});

describe('the client in a project for browsers', () => {
  it(
    'needs neither the types of Node.js nor leniency towards declarations',
    async () => {
      const code =
        "import { createAuthClient } from '@authgraph/client';\nexport const auth = createAuthClient({ url: '/graphql' });\n";
      const browser = {
        ...STRICT,
        types: [],
        lib: ['ES2022', 'DOM'],
        module: 'ESNext',
        moduleResolution: 'Bundler',
        skipLibCheck: false,
      };
      expect(
        await complaintsAbout(ROOT, [{ place: 'app.ts', code, missing: [] }], browser),
      ).toEqual(new Map());
    },
    PROCESS_TIMEOUT_MS,
  );
});

const MISTAKEN: Example = {
  place: 'a mistake',
  code: "import { authgraph } from '@authgraph/sdk/web';\nauthgraph({ issuer: 1, audience: '' });\n",
  missing: [],
};

const STRICT = {
  target: 'ES2023',
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  experimentalDecorators: true,
  skipLibCheck: true,
};

/** In a process of its own, with every module that Node.js resolves to on the way. */
async function loadAll(
  names: readonly string[],
): Promise<{ exported: Record<string, string[]>; loaded: string[] }> {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ resolve(specifier, context, next) { const found = next(specifier, context); loaded.push(found.url); return found; } });
    const exported = {};
    for (const name of ${JSON.stringify(names)}) exported[name] = Object.keys(await import(name));
    console.log(JSON.stringify({ exported, loaded }));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
  });
  return JSON.parse(stdout);
}
