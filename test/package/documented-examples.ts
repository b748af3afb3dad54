import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { codeBlocksIn } from './code-blocks.js';
import { PRELUDES } from './example-preludes.js';
import { packageOf, specifiersIn } from './import-graph.js';
import { FOLDERS, manifestOf, ROOT } from './packages.js';
import { pack } from './packed.js';

const run = promisify(execFile);
/** Where packages are installed: here, with the frameworks, with SuperTokens' SDK. */
const PLACES = ['.', 'test/frameworks', 'test/supertokens'].map((place) => join(ROOT, place));

export interface Example {
  /** Where it stands, such as `docs/sdk.md:61`. */
  readonly place: string;
  readonly code: string;
  /** TSX for React's components. TypeScript unless given. */
  readonly extension?: 'ts' | 'tsx';
  /** A part of a program, which may declare what only the rest of it uses. */
  readonly isFragment?: boolean;
  /** The packages it uses that are installed neither here nor with the framework tests. */
  readonly missing: readonly string[];
}

/** The documents whose TypeScript is compiled, block by block. */
export const COMPILED_DOCUMENTS: readonly string[] = [
  'README.md',
  'docs/classic.md',
  'docs/embedding.md',
  'docs/sdk.md',
  'packages/sdk/README.md',
  'packages/client/README.md',
  ...Object.keys(PRELUDES),
];

/** The languages of blocks that are compiled. */
export const TYPESCRIPT = /^(?:tsx?|diff)$/;

/** The TypeScript blocks of a document. */
export function examplesIn(document: string): Example[] {
  const blocks = codeBlocksIn(document).filter(({ language }) => TYPESCRIPT.test(language));
  return blocks.map(({ place, language, section, code: text }) => {
    // What a change adds.
    const shown = language === 'diff' ? text.replaceAll(/^(?:-.*|\+)/gm, '') : text;
    const prelude = PRELUDES[document]?.[section];
    const code = prelude === undefined ? shown : `${prelude}\n${shown}`;
    const extension = language === 'tsx' ? 'tsx' : 'ts';
    return { place, code, extension, missing: missingIn(code), isFragment: prelude !== undefined };
  });
}

export function missingIn(code: string): string[] {
  return packagesOf(code).filter((name) => foldersOf(name).length === 0);
}

/** True where everything that the code uses is installed, and not only its types. */
export function canRun(code: string): boolean {
  const loaded = packagesOf(code.replace(/^import type .*$/gm, ''));
  return loaded.every((name) => foldersOf(name).some((folder) => !folder.includes('@types')));
}

/** A project outside of this repository that has the packages as npm would publish them. */
export interface EmptyProject extends AsyncDisposable {
  /** The compiler's complaints by the examples' places; examples without any are not listed. */
  readonly complaints: ReadonlyMap<string, readonly string[]>;
  /** The compiled file of the example that stands there. */
  compiled(place: string): string;
}

/** Compiles each example as a module of its own. */
export async function compileExamples(
  examples: readonly Example[],
  compilerOptions: object,
): Promise<EmptyProject> {
  const folder = await mkdtemp(join(tmpdir(), 'authgraph-examples-'));
  await install(folder, FOLDERS);
  await link(folder, [...PEERS, ...examples.flatMap(({ code }) => packagesOf(code))]);
  const files = examples.map(({ extension = 'ts' }, index) => `example-${index}.${extension}`);
  await Promise.all(
    examples.map(({ code }, index) => writeFile(join(folder, files[index] ?? ''), code)),
  );
  const options = { jsx: 'react-jsx', ...compilerOptions, outDir: 'compiled' };
  const config = { compilerOptions: options, files };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const complaints = new Map<string, string[]>();
  for (const line of await complaintsOfCompiler(folder)) {
    const index = /example-(\d+)\.tsx?/.exec(line)?.[1];
    const { place = 'elsewhere', isFragment = false } = examples[Number(index)] ?? {};
    if (isFragment && UNUSED.test(line)) continue;
    complaints.set(place, [...(complaints.get(place) ?? []), line]);
  }
  return {
    complaints,
    compiled(place) {
      const index = examples.findIndex((example) => example.place === place);
      return join(folder, 'compiled', `example-${index}.js`);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** "is declared but never read", in its three forms. */
const UNUSED = /TS61(?:33|92|96|98)\b/;

/** Named by the packages' own code and types. */
const PEERS = [
  'jose',
  'graphql',
  'node',
  'fastify',
  'koa',
  'rxjs',
  'react',
  '@apollo/client',
  '@apollo/server',
  'pino',
];

async function install(folder: string, sources: readonly string[]): Promise<void> {
  for (const source of sources) {
    const target = join(folder, 'node_modules', manifestOf(source).name);
    await mkdir(target, { recursive: true });
    const { file } = await pack(source, folder);
    await run('tar', ['-xzf', file, '-C', target, '--strip-components', '1']);
  }
}

async function link(folder: string, names: readonly string[]): Promise<void> {
  for (const found of new Set(names.flatMap(foldersOf))) {
    const target = join(folder, found.slice(found.lastIndexOf('/node_modules/')));
    if (existsSync(target)) continue;
    await mkdir(dirname(target), { recursive: true });
    await symlink(found, target, 'junction');
  }
}

async function complaintsOfCompiler(folder: string): Promise<string[]> {
  const compiler = join(ROOT, 'node_modules', '.bin', 'tsc');
  const output = await run(compiler, ['-p', folder, '--pretty', 'false'], { cwd: folder }).then(
    () => '',
    ({ stdout, message }: { stdout?: string; message: string }) => stdout || message,
  );
  return output.split('\n').filter((line) => line.includes('error'));
}

function packagesOf(code: string): string[] {
  const packages = specifiersIn(code).filter((specifier) => !isBuiltin(specifier));
  return [...new Set(packages.map(packageOf))].filter(
    (name) => !/^(?:@authgraph\/|authgraph$)/.test(name),
  );
}

/** Where a package and its types are. */
function foldersOf(name: string): string[] {
  const types = name.startsWith('@') ? name.slice(1).replace('/', '__') : name;
  return [name, `@types/${types}`].flatMap((each) => {
    const places = PLACES.map((place) => join(place, 'node_modules', each));
    return places.filter((place) => existsSync(place)).slice(0, 1);
  });
}
