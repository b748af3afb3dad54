import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './packages.js';

/** A code block whose first line is a comment with a path: a file of the documented app. */
const FILE = /^```\w+\n\/\/ ([\w./[\]()-]+)\n([\s\S]*?)^```$/gm;

/** The files that a document tells its reader to write. */
export async function filesIn(document: string): Promise<Map<string, string>> {
  const text = await readFile(join(ROOT, document), 'utf8');
  return new Map([...text.matchAll(FILE)].map(([, path = '', code = '']) => [path, code]));
}

/** A folder with the files, and what is installed here or by `install`. */
export async function writeApp(
  files: ReadonlyMap<string, string>,
  install = linkModules,
): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'authgraph-app-'));
  await install(folder);
  for (const [path, code] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), code);
  }
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function linkModules(folder: string): Promise<void> {
  return symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
}

const STRICT = {
  target: 'ES2023',
  lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  types: [],
  module: 'ESNext',
  moduleResolution: 'Bundler',
  jsx: 'react-jsx',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  experimentalDecorators: true,
  noEmit: true,
};

/** What the compiler, told to be strict, says about an app; empty when it has nothing to say. */
export async function complaintsAbout(files: ReadonlyMap<string, string>): Promise<string> {
  const config = JSON.stringify({ compilerOptions: STRICT, include: ['.'] });
  await using app = await writeApp(new Map([...files, ['tsconfig.json', config]]));
  const compiler = join(ROOT, 'node_modules', '.bin', 'tsc');
  return await promisify(execFile)(compiler, ['-p', app.folder, '--pretty', 'false']).then(
    () => '',
    ({ stdout, message }: { stdout?: string; message: string }) => stdout || message,
  );
}
