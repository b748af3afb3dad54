import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './packages.js';

const run = promisify(execFile);

export interface Packed {
  /** The tarball. */
  readonly file: string;
  /** What is in it, as paths within the package. */
  readonly paths: readonly string[];
}

/** Packs a package as npm would publish it, but with the code as it was built last. */
export async function pack(folder: string, destination: string): Promise<Packed> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
  const { stdout } = await run('npm', args, { cwd: join(ROOT, folder), env: NPM_ENV });
  const [tarball]: { filename: string; files: { path: string }[] }[] = JSON.parse(stdout);
  if (tarball === undefined) throw new Error(`npm packed nothing in ${folder}`);
  return {
    file: join(destination, tarball.filename),
    paths: tarball.files.map(({ path }) => path),
  };
}

/** What npm passes on to the programs that it starts would decide for an npm started by them. */
export const NPM_ENV: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_cache)/i.test(name)),
  ),
  npm_config_loglevel: 'error',
  npm_config_update_notifier: 'false',
};
