import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Floors of the house, the lowest first. A room may use itself and every room on a floor below. */
const FLOORS = [
  ['kernel'],
  ['storage'],
  ['keys'],
  ['users', 'credentials', 'sessions'],
  ['flows'],
  ['graphql', 'http'],
  ['app'],
  ['commands'],
  ['main'],
];
const MAY_USE_SDK = ['graphql', 'http', 'sessions', 'keys', 'app', 'commands'];
const MAY_READ_SETTINGS = ['app', 'commands', 'main'];
const SDK_PACKAGES = ['jose', 'graphql'];
/** What an integration may import beside that: its own framework, an optional peer. */
const OWN_FRAMEWORK: readonly (readonly [path: string, framework: string])[] = [
  ['src/sdk/type-graphql/', 'type-graphql'],
  ['src/sdk/adapters/nestjs', '@nestjs/common'],
  ['src/sdk/adapters/fastify', 'fastify'],
  ['src/sdk/adapters/koa', 'koa'],
  ['src/sdk/adapters/next', 'next'],
  ['src/sdk/adapters/node-http', 'node:http'],
  ['src/client/apollo-link.ts', '@apollo/client'],
];
/** Published for other servers and for browsers: none of the service's code may come with them. */
const STAND_ALONE = ['sdk', 'client'];
const FILE_NAME =
  /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:entity|resolver|policy))?(?:\.(?:test|d))?\.ts$/;
const FOLDER_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const DRAWER = /(?:^|[-./])(?:utils?|helpers?|common|misc|managers?|shared|lib|stuff)(?:[-./]|$)/;
/** A name that says more than the drawer in it. */
const NO_DRAWERS = ['src/credentials/password/common-passwords.ts'];
const IMPORT =
  /^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"`]([^'"`]+)['"`]\s*\)/gm;

/** Source texts by path from the project's root, such as `src/main.ts`. */
type Sources = ReadonlyMap<string, string>;

const sources: Sources = new Map(
  ['src', 'migrations']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);

/** What a file imports: other files by path, packages by name. Types count: a reader follows them all the same. */
function importsOf(path: string, text: string): string[] {
  const specifiers = [...text.matchAll(IMPORT)].map(
    (match) => match.slice(1).find((group) => group !== undefined) ?? '',
  );
  return specifiers.map((specifier) =>
    specifier.startsWith('.')
      ? posix.join(dirname(path), specifier).replace(/\.js$/, '.ts')
      : packageOf(specifier),
  );
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The room of a file of ours; undefined for a package. */
function roomOf(path: string): string | undefined {
  if (path.startsWith('migrations/')) return 'migrations';
  const [src, room] = path.split('/');
  return src === 'src' ? basename(room ?? '', '.ts') : undefined;
}

function isAllowed(from: string, to: string): boolean {
  if (from === to) return true;
  if (to === 'sdk') return MAY_USE_SDK.includes(from);
  if (to === 'config') return MAY_READ_SETTINGS.includes(from);
  if (to === 'migrations') return from === 'storage';
  if (from === 'config') return to === 'kernel';
  const floorOf = (room: string) => FLOORS.findIndex((rooms) => rooms.includes(room));
  return floorOf(from) > floorOf(to) && floorOf(to) >= 0;
}

function forbiddenArrows(files: Sources): string[] {
  return [...files].flatMap(([path, text]) =>
    importsOf(path, text)
      .filter(
        (target) =>
          roomOf(target) !== undefined && !isAllowed(roomOf(path) ?? '', roomOf(target) ?? ''),
      )
      .map((target) => `${path} -> ${target}`),
  );
}

/** What the published rooms import that would come with them uninvited. */
function strayPackages(files: Sources): string[] {
  return [...files]
    .filter(([path]) => STAND_ALONE.includes(roomOf(path) ?? ''))
    .flatMap(([path, text]) =>
      importsOf(path, text)
        .filter(
          (target) =>
            roomOf(target) === undefined &&
            !SDK_PACKAGES.includes(target) &&
            !isOwnFramework(path, target),
        )
        .map((target) => `${path} -> ${target}`),
    );
}

function isOwnFramework(path: string, target: string): boolean {
  return OWN_FRAMEWORK.some(([place, framework]) => path.startsWith(place) && target === framework);
}

/** The first import cycle that is found, as the files on it. */
function findCycle(files: Sources): string[] | undefined {
  const finished = new Set<string>();
  function visit(path: string, trail: readonly string[]): string[] | undefined {
    const start = trail.indexOf(path);
    if (start >= 0) return [...trail.slice(start), path];
    if (finished.has(path)) return undefined;
    for (const target of importsOf(path, files.get(path) ?? '')) {
      const cycle = files.has(target) ? visit(target, [...trail, path]) : undefined;
      if (cycle !== undefined) return cycle;
    }
    finished.add(path);
    return undefined;
  }
  for (const path of files.keys()) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function filesWith(pattern: RegExp, files: Sources): string[] {
  return [...files].filter(([, text]) => pattern.test(text)).map(([path]) => path);
}

function badNames(paths: readonly string[]): string[] {
  return paths.filter((path) => {
    const folders = dirname(path).split('/');
    const isDrawer = DRAWER.test(path.slice('src/'.length)) && !NO_DRAWERS.includes(path);
    return (
      isDrawer ||
      !FILE_NAME.test(basename(path)) ||
      !folders.every((folder) => FOLDER_NAME.test(folder))
    );
  });
}

const ENVIRONMENT =
  /process\s*\.\s*env\b|process\[|\benv\b[^\n]*from 'node:process'|import\.meta\.env/;
const CHANCE = /Math\.random|pseudoRandomBytes/;
/** The rooms that have something to build; users is plain functions. */
const BUILT_ROOMS = [
  'kernel',
  'storage',
  'keys',
  'credentials',
  'sessions',
  'flows',
  'graphql',
  'http',
];

describe('the architecture', () => {
  it('has no arrow that points up or sideways', () => {
    expect(forbiddenArrows(sources)).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(findCycle(sources)).toBeUndefined();
  });

  it('lets the sdk import nothing but jose and graphql, and an integration its own framework', () => {
    expect(strayPackages(sources)).toEqual([]);
  });

  it('reads the environment in main.ts only', () => {
    expect(filesWith(ENVIRONMENT, sources)).toEqual(['src/main.ts']);
  });

  it('brings all rooms together in app.ts only', () => {
    const importsEveryRoom = ([path, text]: [string, string]) => {
      const rooms = new Set(importsOf(path, text).map(roomOf));
      return BUILT_ROOMS.every((room) => rooms.has(room));
    };
    expect([...sources].filter(importsEveryRoom).map(([path]) => path)).toEqual(['src/app.ts']);
  });

  it('takes no chance from anywhere but the kernel (requirement 9)', () => {
    expect(filesWith(CHANCE, sources)).toEqual([]);
    expect(filesWith(/\brandomBytes\b/, sources)).toEqual(['src/kernel/randomness.ts']);
  });

  it('gives every file a name that says what is in it', () => {
    const paths = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => relative(ROOT, join(ROOT, 'src', name)));
    expect(paths.length).toBeGreaterThan(50);
    expect(badNames(paths)).toEqual([]);
  });
});

/** A rule that finds nothing may be a rule that cannot find anything. */
describe('the rules of the architecture', () => {
  const planted = (path: string, text: string): Sources => new Map([...sources, [path, text]]);

  it.each([
    ['src/kernel/planted.ts', "import { Redis } from '../storage/redis.js';"],
    ['src/storage/planted.ts', "import type {\n  KeyRing,\n} from '../keys/key-ring.js';"],
    ['src/users/planted.ts', "export { endSessions } from '../sessions/session-store.js';"],
    ['src/http/planted.ts', "import { buildSubgraph } from '../graphql/schema.js';"],
    ['src/flows/planted.ts', "await import('../http/server.js');"],
    ['src/flows/planted.ts', "import '../app.js';"],
    ['src/users/planted.ts', "import { sessionFromClaims } from '../sdk/session.js';"],
    ['src/flows/planted.ts', "import { parseConfig } from '../config.js';"],
    ['src/sdk/planted.ts', "import { systemClock } from '../kernel/clock.js';"],
  ])('see through %s: %s', (path, text) => {
    expect(forbiddenArrows(planted(path, text))).toHaveLength(1);
  });

  it('see a cycle of three files, one of them through a dynamic import', () => {
    const files = new Map([
      ['src/flows/a.ts', "import { b } from './b.js';"],
      ['src/flows/b.ts', "export * from './c.js';"],
      ['src/flows/c.ts', "const a = () => import('./a.js');"],
    ]);
    expect(findCycle(files)).toEqual([
      'src/flows/a.ts',
      'src/flows/b.ts',
      'src/flows/c.ts',
      'src/flows/a.ts',
    ]);
  });

  it('see a package in the sdk, environment and chance elsewhere, and drawers', () => {
    const stray = "import x from '@apollo/server/errors';";
    expect(strayPackages(planted('src/sdk/planted.ts', stray))).toEqual([
      'src/sdk/planted.ts -> @apollo/server',
    ]);
    expect(
      filesWith(ENVIRONMENT, planted('src/http/planted.ts', 'const { HOME } = process.env;')),
    ).toContain('src/http/planted.ts');
    expect(filesWith(CHANCE, planted('src/http/planted.ts', 'Math.random()'))).toContain(
      'src/http/planted.ts',
    );
    const names = [
      'src/users/user-utils.ts',
      'src/helpers/x.ts',
      'src/users/User.ts',
      'src/users/user.service.ts',
      'src/common/x.ts',
    ];
    expect(badNames(names)).toEqual(names);
  });
});
