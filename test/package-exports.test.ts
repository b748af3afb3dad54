import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { reachedFrom } from './package/import-graph.js';
import { type Module, manifestOf, modulesOf, ROOT } from './package/packages.js';

/** For a process of its own: seconds suffice, unless the machine is busy with the other tests. */
const PROCESS_TIMEOUT_MS = 120_000;
const run = promisify(execFile);

/** What each module may load beside files of its own package: exactly this. */
const LOADS: { readonly [name: string]: readonly string[] } = {
  '@authgraph/sdk': ['graphql', 'jose'],
  '@authgraph/sdk/lint': ['graphql'],
  '@authgraph/sdk/testing': ['jose'],
  '@authgraph/sdk/classic': ['jose'],
  '@authgraph/sdk/classic/express': ['jose'],
  '@authgraph/sdk/type-graphql': ['type-graphql'],
  '@authgraph/sdk/express': ['jose'],
  '@authgraph/sdk/fastify': ['jose'],
  '@authgraph/sdk/hapi': ['jose'],
  '@authgraph/sdk/koa': ['jose'],
  '@authgraph/sdk/lambda': ['jose'],
  '@authgraph/sdk/loopback': ['jose'],
  '@authgraph/sdk/nestjs': ['@nestjs/common', 'jose'],
  '@authgraph/sdk/next': ['jose', 'next'],
  '@authgraph/sdk/node': ['jose'],
  '@authgraph/sdk/web': ['jose'],
  '@authgraph/client': [],
  '@authgraph/client/apollo': ['@apollo/client'],
  '@authgraph/client/react': ['react'],
};
/** Packages whose types a declaration names; nothing of them is loaded. */
const NAMES_TYPES_OF: { readonly [name: string]: readonly string[] } = {
  '@authgraph/sdk/type-graphql': ['graphql'],
  '@authgraph/sdk/fastify': ['fastify'],
  '@authgraph/sdk/koa': ['koa'],
};
/** Built on node:http, which their types may name. */
const TYPES_OF_HTTP = [
  '@authgraph/sdk/express',
  '@authgraph/sdk/node',
  '@authgraph/sdk/classic/express',
];

const modules = ['packages/sdk', 'packages/client'].flatMap(modulesOf);
const isStray = ({ folder }: Module) => {
  return (file: string) => !file.startsWith(`${folder}/dist/`);
};

describe('what the packages export', () => {
  it('is the sdk with its integrations and the client, each module in one of these lines', () => {
    expect(modules.map(({ name }) => name)).toEqual(Object.keys(LOADS));
  });

  it('is of the service what embeds it, and its schema', async () => {
    const { exports } = manifestOf('.');
    expect(exports).toEqual({
      '.': { types: './dist/src/index.d.ts', default: './dist/src/index.js' },
      './schema.graphql': './schema.graphql',
      './package.json': './package.json',
    });
    const files = Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    for (const file of files) expect(existsSync(join(ROOT, file))).toBe(true);
    // By the name under which applications import it.
    const { exported } = await loadAll(['authgraph']);
    expect(exported).toEqual({ authgraph: ['ConfigError', 'createAuthgraph'] });
    // The command line stays out of it: it reads the environment, and ends the process.
    const reached = reachedFrom(ROOT, 'dist/src/index.js').files;
    expect(reached).toContain('dist/src/app/create-authgraph.js');
    expect(reached.filter((path) => /^dist\/src\/(?:cli\/|main)/.test(path))).toEqual([]);
  });

  it.each(modules)(
    '$name loads its own files, its framework, and nothing of the service',
    (module) => {
      const { files, packages, builtins } = reachedFrom(ROOT, module.code);
      expect(files.filter(isStray(module))).toEqual([]);
      expect(packages).toEqual(LOADS[module.name]);
      // so it runs at the edge and in a browser as far as its framework does
      expect(builtins).toEqual([]);
    },
  );

  it.each(modules)('$name has types, which need nothing else', (module) => {
    const { files, packages, builtins } = reachedFrom(ROOT, module.types);
    expect(files.filter(isStray(module))).toEqual([]);
    const known = [...(LOADS[module.name] ?? []), ...(NAMES_TYPES_OF[module.name] ?? [])];
    expect(packages.filter((name) => !known.includes(name))).toEqual([]);
    const mayName = TYPES_OF_HTTP.includes(module.name) ? ['node:http'] : [];
    expect(builtins.filter((name) => !mayName.includes(name))).toEqual([]);
  });

  it('would be noticed to load the service', () => {
    const { packages, files, builtins } = reachedFrom(ROOT, 'dist/src/app/serve.js');
    expect(packages).toEqual(
      expect.arrayContaining(['@authgraph/sdk', '@mikro-orm/core', 'fastify', 'pg']),
    );
    expect(files).toContain('dist/src/platform/database/database.js');
    expect(builtins).toContain('node:crypto');
    // by a dynamic import
    expect(reachedFrom(ROOT, 'dist/src/main.js').files).toContain('dist/src/app/serve.js');
  });

  it(
    'can be imported by name, and loads no dependency of the service on the way',
    async () => {
      const { exported, loaded } = await loadAll(modules.map(({ name }) => name));
      for (const { name } of modules) expect(exported[name], name).not.toEqual([]);
      const ours = loaded.filter((url) => url.startsWith(pathToFileURL(ROOT).href));
      expect(ours.filter((url) => url.includes('/packages/sdk/dist/'))).not.toEqual([]);
      expect(ours.filter((url) => url.includes('/dist/src/'))).toEqual([]);
      const brought = Object.keys(manifestOf('.').dependencies ?? {}).filter((name) =>
        loaded.some((url) => url.includes(`/node_modules/${name}/`)),
      );
      // What type-graphql and Nest bring along; a server that imports those has them anyway.
      expect(brought).toEqual(['graphql-scalars', 'jose', 'reflect-metadata', 'type-graphql']);
    },
    PROCESS_TIMEOUT_MS,
  );
});

/** In a process of its own, with every module that Node.js resolves to on the way. */
async function loadAll(
  names: readonly string[],
): Promise<{ exported: Record<string, string[]>; loaded: string[] }> {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({
      resolve(specifier, context, next) {
        const found = next(specifier, context);
        loaded.push(found.url);
        return found;
      },
    });
    const exported = {};
    for (const name of ${JSON.stringify(names)}) exported[name] = Object.keys(await import(name));
    console.log(JSON.stringify({ exported, loaded }));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
  });
  return JSON.parse(stdout);
}
