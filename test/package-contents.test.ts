import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalRegistry, startLocalRegistry } from './package/local-registry.js';
import { FOLDERS, manifestOf, modulesOf, ROOT, sourcesIn } from './package/packages.js';
import { NPM_ENV, type Packed, pack } from './package/packed.js';

/** For processes of their own: seconds suffice, unless the machine is busy with the other tests. */
const PROCESS_TIMEOUT_MS = 120_000;
const run = promisify(execFile);

/** The folders of a package's sources by where their built code goes, and what else is in it. */
const CONTENTS: Record<(typeof FOLDERS)[number], { built: object; files: string[] }> = {
  '.': {
    built: { 'dist/src': 'src', 'dist/migrations': 'migrations' },
    files: ['LICENSE', 'README.md', 'package.json', 'schema.graphql'],
  },
  'packages/sdk': {
    built: { dist: 'packages/sdk/src' },
    files: ['LICENSE', 'README.md', 'package.json'],
  },
  'packages/client': {
    built: { dist: 'packages/client/src' },
    files: ['LICENSE', 'README.md', 'package.json'],
  },
};

let scratch: string;
const packed = new Map<string, Packed>();
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'authgraph-packed-'));
  for (const folder of FOLDERS) packed.set(folder, await pack(folder, scratch));
}, PROCESS_TIMEOUT_MS);
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe.each(FOLDERS)('what npm would publish of %s', (folder) => {
  const { built, files } = CONTENTS[folder];
  const sources = Object.entries(built).flatMap(([target, source]) =>
    sourcesIn(source).map((path) => `${target}/${path}`),
  );

  it('is the built code with its types, and what npm always adds', () => {
    const published = sources.filter((path) => !path.endsWith('.test'));
    const expected = [...files, ...published.flatMap((path) => [`${path}.js`, `${path}.d.ts`])];
    const paths = packed.get(folder)?.paths ?? [];
    expect(expected.filter((path) => !paths.includes(path))).toEqual([]);
    // A file whose source is gone was left by an earlier build; `prepack` removes it.
    const isLeftOver = (path: string) =>
      /^dist\/.*\.(?:js|d\.ts)$/.test(path) &&
      !sources.includes(path.replace(/\.(?:js|d\.ts)$/, ''));
    expect(paths.filter((path) => !expected.includes(path) && !isLeftOver(path))).toEqual([]);
  });

  it('has no tests, source maps, settings, keys or databases in it', () => {
    const unwanted =
      /\.test\.|\.map$|tsbuildinfo|\.env|\.pem$|\.key$|\.authgraph|(?:^|\/)(?:test|bench|examples)\//;
    expect(packed.get(folder)?.paths.filter((path) => unwanted.test(path))).toEqual([]);
  });
});

describe('npm install into an empty folder', () => {
  let registry: LocalRegistry;
  beforeAll(async () => {
    registry = await startLocalRegistry(scratch);
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  it.each([
    // graphql is its peer, which npm installs where there is none
    ['packages/sdk', ['@authgraph/sdk', 'graphql', 'jose']],
    ['packages/client', ['@authgraph/client']],
  ])(
    'of %s brings %j and nothing of the service',
    async (folder, expected) => {
      const app = join(scratch, `app-of-${folder.replace('/', '-')}`);
      await mkdir(app);
      await writeFile(join(app, 'package.json'), '{ "type": "module" }');
      const options = ['--registry', registry.url, '--cache', join(scratch, 'cache')];
      const quiet = ['--no-audit', '--no-fund'];
      const tarball = packed.get(folder)?.file ?? '';
      await run('npm', ['install', tarball, ...options, ...quiet], { cwd: app, env: NPM_ENV });
      expect(await installedIn(app)).toEqual(expected);

      // What needs no framework runs in it.
      const names = modulesOf(folder)
        .map(({ name }) => name)
        .filter((name) => !/\/(?:type-graphql|nestjs|next|apollo|react)$/.test(name));
      const script = `for (const name of ${JSON.stringify(names)}) await import(name);`;
      await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: app });
    },
    PROCESS_TIMEOUT_MS,
  );
});

it('npm pack removes what was built of sources that are gone, and leaves a running service the rest', async () => {
  const [output, sources] = [join(scratch, 'built'), join(scratch, 'sources')];
  const built = [
    'kept.js',
    'kept.d.ts',
    'kept.js.map',
    'in/gone.js',
    'in/gone.d.ts',
    '.tsbuildinfo',
  ];
  for (const folder of [join(output, 'in'), sources]) await mkdir(folder, { recursive: true });
  for (const name of built) await writeFile(join(output, name), '');
  await writeFile(join(sources, 'kept.ts'), '');
  await run(process.execPath, [join(ROOT, 'remove-stale-output.mjs'), `${output}=${sources}`]);
  expect((await readdir(output, { recursive: true })).sort()).toEqual([
    '.tsbuildinfo',
    'in',
    'kept.d.ts',
    'kept.js',
    'kept.js.map',
  ]);
  for (const folder of FOLDERS) {
    const { scripts } = manifestOf(folder);
    expect(scripts.prepack).toMatch(
      /^npm run --silent build && node [./]*remove-stale-output\.mjs dist/,
    );
  }
});

it.each(FOLDERS)('%s says for which Node.js it is', (folder) => {
  expect(manifestOf(folder).engines.node).toBe(folder === '.' ? '>=22.17' : '>=20');
});

async function installedIn(app: string): Promise<string[]> {
  const names = (await readdir(join(app, 'node_modules'))).filter((name) => !name.startsWith('.'));
  const nested = names.map(async (name) =>
    name.startsWith('@')
      ? (await readdir(join(app, 'node_modules', name))).map((inner) => `${name}/${inner}`)
      : [name],
  );
  return (await Promise.all(nested)).flat().sort();
}
