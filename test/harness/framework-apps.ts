import { execFile, fork, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AuthgraphOptions } from '@authgraph/sdk';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FRAMEWORKS = join(ROOT, 'test', 'frameworks');
const NEXT = join(FRAMEWORKS, 'node_modules', 'next', 'dist', 'bin', 'next');
const NEXT_APP = join(FRAMEWORKS, 'next');
const run = promisify(execFile);

/** What an app needs that travels to another process. */
export type AppOptions = Pick<
  AuthgraphOptions,
  'issuer' | 'audience' | 'origins' | 'dpop' | 'proofUrls'
> & {
  readonly jwks: string;
};

/**
 * One framework's app in a process of its own: a server for each of the configurations it was
 * given.
 */
export interface FrameworkApp extends AsyncDisposable {
  readonly ports: readonly number[];
}

export const INSTALL_COMMAND = 'npm ci --prefix test/frameworks';
export const frameworksAreInstalled = existsSync(join(FRAMEWORKS, 'node_modules', 'express'));

/** Compiles the apps against the built sdk, strictly. */
export async function buildFrameworkApps(): Promise<void> {
  await installBuilt('sdk', join(FRAMEWORKS, 'node_modules'));
  await runOrExplain(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', FRAMEWORKS]);
}

/** Puts one of our packages, as it is built, where an app's others are. */
export async function installBuilt(name: 'sdk' | 'client', modules: string): Promise<void> {
  const built = join(ROOT, 'packages', name);
  const target = join(modules, '@authgraph', name);
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await cp(join(built, 'package.json'), join(target, 'package.json'));
  await cp(join(built, 'dist'), join(target, 'dist'), { recursive: true });
}

export async function buildNextApp(
  settings: AppOptions | NodeJS.ProcessEnv,
  folder = NEXT_APP,
): Promise<void> {
  await runOrExplain(process.execPath, [NEXT, 'build', '--webpack', folder], nextEnv(settings));
}

/** What an app outside of this repository finds installed: the frameworks, and our packages. */
export async function installFrameworks(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(modules, { recursive: true });
  for (const name of await readdir(join(FRAMEWORKS, 'node_modules'))) {
    if (name === '@authgraph' || name.startsWith('.')) continue;
    await symlink(join(FRAMEWORKS, 'node_modules', name), join(modules, name), 'junction');
  }
  await installBuilt('sdk', modules);
  await installBuilt('client', modules);
}

export async function startFrameworkApp(
  name: string,
  configurations: readonly AppOptions[],
): Promise<FrameworkApp> {
  const child = fork(join(FRAMEWORKS, 'dist', 'run.js'), [name, JSON.stringify(configurations)], {
    execArgv: [],
    stdio: 'inherit',
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ports = await new Promise<number[]>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the app ${name} ended with ${code}`)));
    child.once('message', (message: number[]) => resolve(message));
  });
  return {
    ports,
    [Symbol.asyncDispose]: () => {
      child.kill();
      return exited;
    },
  };
}

/** Next.js is set up by its environment: one process for each configuration. */
export async function startNextApp(configurations: readonly AppOptions[]): Promise<FrameworkApp> {
  const servers = await Promise.all(configurations.map((options) => startNext(options)));
  return {
    ports: servers.map(({ port }) => port),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map(({ stop }) => stop()));
    },
  };
}

export async function startNext(
  settings: AppOptions | NodeJS.ProcessEnv,
  folder = NEXT_APP,
  givenPort?: number,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const port = givenPort ?? (await freePort());
  const child = spawn(
    process.execPath,
    [NEXT, 'start', '-H', '127.0.0.1', '-p', String(port), folder],
    {
      env: nextEnv(settings),
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const complaints: Buffer[] = []; // of interest only when it does not come up
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = () => {
    child.kill();
    return exited;
  };
  for (
    const deadline = Date.now() + 30_000;
    ;
    await new Promise((resolve) => setTimeout(resolve, 100))
  ) {
    if (
      await fetch(`http://127.0.0.1:${port}/maybe`).then(
        () => true,
        () => false,
      )
    )
      return { port, stop };
    if (Date.now() < deadline && child.exitCode === null) continue;
    await stop();
    throw new Error(`next start did not come up: ${Buffer.concat(complaints)}`);
  }
}

function nextEnv(settings: AppOptions | NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { VITEST: _, ...env } = process.env;
  const own = 'jwks' in settings ? { AUTHGRAPH_TEST_OPTIONS: JSON.stringify(settings) } : settings;
  return { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...own };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function runOrExplain(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  await run(command, [...args], { env }).catch(
    ({ message, stdout }: { message: string; stdout: string }) => {
      throw new Error(`${message}\n${stdout}`);
    },
  );
}
