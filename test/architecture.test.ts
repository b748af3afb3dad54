import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Floors of the house, the lowest first. A room may use itself and every room below. */
const FLOORS = ['kernel', 'platform', 'features', 'apis', 'app', 'index', 'cli', 'main'];
/** What a room may use beside that. */
const MAY_ALSO_USE: Readonly<Record<string, readonly string[]>> = {
  app: ['migrations'],
  platform: ['@authgraph/sdk'],
  features: ['@authgraph/sdk'],
  apis: ['@authgraph/sdk'],
  cli: ['@authgraph/sdk'],
};
/** The rooms of the sdk, in the same way. */
const SDK_FLOORS = [
  ['token'],
  ['request', 'directives'],
  ['access', 'lint', 'type-graphql'],
  ['adapters', 'testing', 'classic'],
];
/** What an integration may import beside jose and graphql: its own framework, an optional peer. */
const OWN_FRAMEWORK: readonly (readonly [path: string, framework: string])[] = [
  ['packages/sdk/src/type-graphql/', 'type-graphql'],
  ['packages/sdk/src/adapters/nestjs', '@nestjs/common'],
  ['packages/sdk/src/adapters/fastify', 'fastify'],
  ['packages/sdk/src/adapters/koa', 'koa'],
  ['packages/sdk/src/adapters/next', 'next'],
  ['packages/sdk/src/adapters/node-http', 'node:http'],
  ['packages/sdk/src/classic/express', 'node:http'],
  ['packages/client/src/apollo-link.ts', '@apollo/client'],
  ['packages/client/src/react/', 'react'],
  ['packages/client/src/next', 'next'],
];
const SUFFIXES = 'entity|store|resolver|policy|mail';
const FILE_NAME = new RegExp(
  `^[a-z0-9]+(?:-[a-z0-9]+)*(?:\\.(?:${SUFFIXES}))?(?:\\.(?:test|d))?\\.tsx?$`,
);
const FOLDER_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const DRAWER = /(?:^|[-./])(?:utils?|helpers?|common|misc|managers?|shared|lib|stuff)(?:[-./]|$)/;
/** A name that says more than the drawer in it. */
const NO_DRAWERS = ['src/features/password/common-passwords.ts'];
const IMPORT =
  /^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"`]([^'"`]+)['"`]\s*\)|declare module '(\.[^']+)'/gm;

/** Source texts by path from the project's root, such as `src/main.ts`. */
type Sources = ReadonlyMap<string, string>;

const FOLDERS = ['src', 'migrations', 'packages/sdk/src', 'packages/client/src'];
const paths = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => posix.join(folder, name)),
);
const isTest = (path: string) => /\.test\.tsx?$/.test(path);
const sources: Sources = new Map(
  paths
    .filter((path) => !isTest(path))
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);

/** What a file imports: other files by path, packages by name. Types count: readers follow them. */
function importsOf(path: string, text: string): string[] {
  const specifiers = [...text.matchAll(IMPORT)].map(
    (match) => match.slice(1).find((group) => group !== undefined) ?? '',
  );
  return specifiers.map((specifier) =>
    specifier.startsWith('.') ? fileOf(posix.join(dirname(path), specifier)) : packageOf(specifier),
  );
}

function fileOf(path: string): string {
  const typescript = path.replace(/\.js$/, '.ts');
  return paths.includes(`${typescript}x`) ? `${typescript}x` : typescript;
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The room of a file of the service; undefined for everything else. */
function roomOf(path: string): string | undefined {
  if (path.startsWith('migrations/')) return 'migrations';
  const [src, room] = path.split('/');
  return src === 'src' ? basename(room ?? '', '.ts') : undefined;
}

/** The feature or interface that a file belongs to, such as `src/features/password`. */
function unitOf(path: string): string | undefined {
  return /^src\/(?:features|apis)\/[^/]+/.exec(path)?.[0];
}

function isAllowed(path: string, target: string): boolean {
  const [from, to] = [roomOf(path) ?? '', roomOf(target) ?? target];
  if (to === '@authgraph/sdk' || to === 'migrations') {
    return from === to || (MAY_ALSO_USE[from] ?? []).includes(to);
  }
  if (from === to) return true;
  return FLOORS.includes(to) && FLOORS.indexOf(from) > FLOORS.indexOf(to);
}

function isOurs(target: string): boolean {
  return (
    roomOf(target) !== undefined || target.startsWith('packages/') || target === '@authgraph/sdk'
  );
}

function forbiddenArrows(files: Sources): string[] {
  return [...files]
    .filter(([path]) => path.startsWith('src/') || path.startsWith('migrations/'))
    .flatMap(([path, text]) =>
      importsOf(path, text)
        .filter((target) => isOurs(target) && !isAllowed(path, target))
        .map((target) => `${path} -> ${target}`),
    );
}

/** A feature is used through its index.ts, and so is an interface. */
function trespasses(files: Sources): string[] {
  return [...files].flatMap(([path, text]) =>
    importsOf(path, text)
      .filter((target) => {
        const unit = unitOf(target);
        return unit !== undefined && unit !== unitOf(path) && target !== `${unit}/index.ts`;
      })
      .map((target) => `${path} -> ${target}`),
  );
}

function sdkFloorOf(path: string): number | undefined {
  const [, room] = /^packages\/sdk\/src\/([^/]+)\//.exec(path) ?? [];
  return room === undefined ? undefined : SDK_FLOORS.findIndex((rooms) => rooms.includes(room));
}

/** Arrows of the sdk that point up or sideways; its index.ts stands above all floors. */
function forbiddenInSdk(files: Sources): string[] {
  return [...files].flatMap(([path, text]) => {
    const from = sdkFloorOf(path);
    if (from === undefined) return [];
    return importsOf(path, text)
      .filter((target) => {
        if (!target.startsWith('packages/')) return false;
        const to = sdkFloorOf(target);
        const isSameRoom = to !== undefined && dirname(target).startsWith(roomPath(path));
        return !isSameRoom && (to === undefined || to < 0 || to >= from);
      })
      .map((target) => `${path} -> ${target}`);
  });
}

function roomPath(path: string): string {
  return path.split('/', 4).join('/');
}

/** What the packages import that would come with them uninvited. */
function strayPackages(files: Sources): string[] {
  return [...files].flatMap(([path, text]) => {
    const [, pack] = /^packages\/([^/]+)\//.exec(path) ?? [];
    if (pack === undefined) return [];
    const own = pack === 'sdk' ? ['jose', 'graphql'] : [];
    return importsOf(path, text)
      .filter((target) => !target.startsWith(`packages/${pack}/`))
      .filter((target) => !own.includes(target) && !isOwnFramework(path, target))
      .map((target) => `${path} -> ${target}`);
  });
}

function isOwnFramework(path: string, target: string): boolean {
  return OWN_FRAMEWORK.some(([place, name]) => path.startsWith(place) && target === name);
}

/** The first cycle that is found, as the nodes on it. `unit` says what a node is. */
function findCycle(files: Sources, unit: (path: string) => string = (path) => path) {
  const arrows = new Map<string, Set<string>>();
  for (const [path, text] of files) {
    const targets = arrows.get(unit(path)) ?? new Set();
    for (const target of importsOf(path, text)) {
      if (files.has(target) && unit(target) !== unit(path)) targets.add(unit(target));
    }
    arrows.set(unit(path), targets);
  }
  const finished = new Set<string>();
  function visit(node: string, trail: readonly string[]): string[] | undefined {
    const start = trail.indexOf(node);
    if (start >= 0) return [...trail.slice(start), node];
    if (finished.has(node)) return undefined;
    for (const target of arrows.get(node) ?? []) {
      const cycle = visit(target, [...trail, node]);
      if (cycle !== undefined) return cycle;
    }
    finished.add(node);
    return undefined;
  }
  for (const node of arrows.keys()) {
    const cycle = visit(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function filesWith(pattern: RegExp, files: Sources): string[] {
  return [...files].filter(([, text]) => pattern.test(text)).map(([path]) => path);
}

function badNames(names: readonly string[]): string[] {
  return names.filter((path) => {
    const folders = dirname(path).split('/');
    const isDrawer = DRAWER.test(path) && !NO_DRAWERS.includes(path);
    const isBad =
      !FILE_NAME.test(basename(path)) || !folders.every((name) => FOLDER_NAME.test(name));
    return isDrawer || isBad;
  });
}

/** Statements in a feature that stand outside its stores. */
function strayStatements(files: Sources): string[] {
  const inFeatures = new Map([...files].filter(([path]) => unitOf(path) !== undefined));
  return filesWith(STATEMENT, inFeatures).filter((path) => !path.endsWith('.store.ts'));
}

/** Code below a folder that is ours: neither installed nor built, and no titles of tests. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.test|\.d)\.(?:tsx?|m?js)$/.test(name))
    .filter(
      (name) => !/(?:^|\/)(?:node_modules|venv|\.next|dist|build|results|generated)\//.test(name),
    )
    .map((name) => posix.join(folder, name))
    .filter((path) => !RELEASED_MIGRATIONS.includes(path));
}

/** An address is too long to be broken. */
function longLinesOf(path: string): string[] {
  return readFileSync(join(ROOT, path), 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      line.length > 100 && !/https?:\/\/\S{60}/.test(line) ? [`${path}:${index + 1}`] : [],
    );
}

/** What was released is not touched any more. */
const RELEASED_MIGRATIONS = [
  'migrations/20261121000000-first-schema.ts',
  'migrations/20261124000000-realms-and-identities.ts',
];
const STATEMENT =
  /[`']\s*(?:with\s[\s\S]{0,80}?\bas\s*\(|select\s|insert into\s|delete from\s|update\s+\w+\s+(?:\w+\s+)?set\s)/;
const ENVIRONMENT =
  /process\s*\.\s*env\b|process\[|\benv\b[^\n]*from 'node:process'|import\.meta\.env/;
const CHANCE = /Math\.random|pseudoRandomBytes/;

describe('the architecture', () => {
  it('has no arrow that points up', () => {
    expect(forbiddenArrows(sources)).toEqual([]);
  });

  it('has no import cycle, neither between files nor between features', () => {
    expect(findCycle(sources)).toBeUndefined();
    const features = new Map([...sources].filter(([path]) => unitOf(path) !== undefined));
    expect(findCycle(features, (path) => unitOf(path) ?? path)).toBeUndefined();
  });

  it('lets features see of each other what their index.ts shows', () => {
    expect(trespasses(sources)).toEqual([]);
  });

  it('lets the packages import their own, and an integration its own framework', () => {
    expect(strayPackages(sources)).toEqual([]);
    expect(forbiddenInSdk(sources)).toEqual([]);
  });

  it('reads the environment in main.ts only', () => {
    expect(filesWith(ENVIRONMENT, sources)).toEqual(['src/main.ts']);
  });

  it('takes no chance from anywhere but the kernel (requirement 9)', () => {
    const ofService = new Map([...sources].filter(([path]) => path.startsWith('src/')));
    expect(filesWith(CHANCE, sources)).toEqual([]);
    expect(filesWith(/\brandomBytes\b/, ofService)).toEqual(['src/kernel/randomness.ts']);
  });

  it('keeps the statements of a feature in its stores', () => {
    expect(strayStatements(sources)).toEqual([]);
  });

  it('names the features in one list only', () => {
    const importsManyFeatures = ([path, text]: [string, string]) =>
      new Set(importsOf(path, text).map(unitOf).filter(Boolean)).size > 3 &&
      unitOf(path) === undefined;
    const lists = [...sources].filter(importsManyFeatures).map(([path]) => path);
    expect(lists).toEqual(['src/app/features.ts']);
  });

  it('has no line longer than 100 columns', () => {
    const folders = ['src', 'packages', 'bench', 'examples', 'migrations', 'test'];
    expect(folders.flatMap(filesBelow).flatMap(longLinesOf)).toEqual([]);
  });

  it('gives every file a name that says what is in it', () => {
    expect(paths.length).toBeGreaterThan(150);
    expect(badNames(paths)).toEqual([]);
  });
});

/** A rule that finds nothing may be a rule that cannot find anything. */
describe('the rules of the architecture', () => {
  const planted = (path: string, text: string): Sources => new Map([...sources, [path, text]]);

  it.each([
    ['src/kernel/planted.ts', "import { Redis } from '../platform/redis/redis.js';"],
    ['src/kernel/planted.ts', "import { Session } from '@authgraph/sdk';"],
    ['src/platform/planted.ts', "import type {\n  Users,\n} from '../features/users/index.js';"],
    ['src/platform/planted.ts', "import { migrations } from '../../migrations/index.js';"],
    ['src/features/users/planted.ts', "export { startApp } from '../../app/serve.js';"],
    ['src/features/users/planted.ts', "await import('../../apis/supertokens/index.js');"],
    ['src/apis/supertokens/planted.ts', "import '../../app/config.js';"],
    ['src/app/planted.ts', "import { EXIT } from '../cli/exit-codes.js';"],
    ['src/cli/planted.ts', "import '../main.js';"],
    ['src/features/users/planted.ts', "import x from '../../../packages/sdk/src/index.js';"],
  ])('see through %s: %s', (path, text) => {
    expect(forbiddenArrows(planted(path, text))).toHaveLength(1);
  });

  it.each([
    ['src/features/users/planted.ts', "import { x } from '../sessions/session.store.js';"],
    ['src/features/users/planted.ts', "declare module '../sessions/session-errors.js' {}"],
    ['src/app/planted.ts', "import { x } from '../features/sessions/session.store.js';"],
  ])('see who goes past an index.ts: %s: %s', (path, text) => {
    expect(trespasses(planted(path, text))).toHaveLength(1);
  });

  it('see a cycle of three files, one of them through a dynamic import', () => {
    const files = new Map([
      ['src/kernel/a.ts', "import { b } from './b.js';"],
      ['src/kernel/b.ts', "export * from './c.js';"],
      ['src/kernel/c.ts', "const a = () => import('./a.js');"],
    ]);
    const cycle = ['src/kernel/a.ts', 'src/kernel/b.ts', 'src/kernel/c.ts', 'src/kernel/a.ts'];
    expect(findCycle(files)).toEqual(cycle);
  });

  it('see a cycle of features that is none of files', () => {
    const files = new Map([
      ['src/features/a/index.ts', "import { b } from '../b/one.js';"],
      ['src/features/b/one.ts', ''],
      ['src/features/b/two.ts', "import { a } from '../a/other.js';"],
      ['src/features/a/other.ts', ''],
    ]);
    expect(findCycle(files)).toBeUndefined();
    expect(findCycle(files, (path) => unitOf(path) ?? path)).toHaveLength(3);
  });

  it.each([
    ['packages/sdk/src/token/planted.ts', "import { x } from '../request/request-token.js';"],
    ['packages/sdk/src/adapters/planted.ts', "import { x } from '../index.js';"],
  ])('see an arrow up in the sdk: %s: %s', (path, text) => {
    expect(forbiddenInSdk(planted(path, text))).toHaveLength(1);
  });

  it('see a package in the sdk and the client, environment, chance and statements elsewhere', () => {
    const stray = "import x from '@apollo/server/errors';";
    const inSdk = 'packages/sdk/src/planted.ts';
    expect(strayPackages(planted(inSdk, stray))).toEqual([`${inSdk} -> @apollo/server`]);
    const inClient = 'packages/client/src/planted.ts';
    const jose = "import x from 'jose';";
    expect(strayPackages(planted(inClient, jose))).toEqual([`${inClient} -> jose`]);
    const path = 'src/features/users/planted.ts';
    expect(filesWith(ENVIRONMENT, planted(path, 'const { HOME } = process.env;'))).toContain(path);
    expect(filesWith(CHANCE, planted(path, 'Math.random()'))).toContain(path);
    for (const text of ["query('select 1')", 'const X = `update users set x = 1`;']) {
      expect(strayStatements(planted(path, text))).toEqual([path]);
    }
  });

  it('see drawers and names that are none', () => {
    const names = [
      'src/features/users/user-utils.ts',
      'src/helpers/x.ts',
      'src/features/users/User.ts',
      'src/features/users/user.service.ts',
      'src/common/x.ts',
    ];
    expect(badNames(names)).toEqual(names);
  });
});
