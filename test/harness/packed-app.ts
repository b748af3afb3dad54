import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { NPM_ENV, pack } from '../package/packed.js';

const run = promisify(execFile);

/** What makes an app, as the frameworks' documents say, and which of our packages it takes. */
export interface AppKind {
  readonly name: string;
  readonly create: readonly string[];
  readonly packages: readonly string[];
}

export const VITE_APP: AppKind = {
  name: 'vite-app',
  create: ['create-vite@latest', 'vite-app', '--template', 'react-ts', '--no-interactive'],
  packages: ['packages/client'],
};
export const NEXT_APP: AppKind = {
  name: 'next-app',
  create: ['create-next-app@latest', 'next-app', '--yes', '--use-npm', '--disable-git'],
  packages: ['packages/client', 'packages/sdk'],
};

/** Makes it in `parent`, unless it is there, and writes what a document tells its reader to. */
export async function createApp(
  { name, create, packages }: AppKind,
  parent: string,
  files: ReadonlyMap<string, string>,
): Promise<string> {
  const folder = join(parent, name);
  const quiet = ['--no-audit', '--no-fund'];
  await mkdir(parent, { recursive: true });
  if (!existsSync(join(folder, 'package.json')))
    await run('npx', ['--yes', ...create], { cwd: parent, env: NPM_ENV });
  const tarballs = await Promise.all(packages.map((each) => pack(each, parent)));
  const install = ['install', ...quiet, ...tarballs.map(({ file }) => file)];
  await run('npm', install, { cwd: folder, env: NPM_ENV });
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

export async function buildApp(folder: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const { VITEST: _, ...own } = NPM_ENV;
  const settings = { ...own, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...env };
  await run('npm', ['run', 'build'], { cwd: folder, env: settings }).catch(
    ({ message, stdout }: { message: string; stdout: string }) => {
      throw new Error(`${message}\n${stdout}`);
    },
  );
}
