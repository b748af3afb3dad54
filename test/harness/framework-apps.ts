import { execFile, fork, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
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

/** On the given port, else on one that it finds itself: one that is looked for here can be lost. */
export async function startNext(
  settings: AppOptions | NodeJS.ProcessEnv,
  folder = NEXT_APP,
  givenPort = 0,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const child = spawn(
    process.execPath,
    [NEXT, 'start', '-H', '127.0.0.1', '-p', String(givenPort), folder],
    {
      env: nextEnv(settings),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const complaints: Buffer[] = []; // of interest only when it does not come up
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = () => {
    child.kill();
    return exited;
  };
  for (
    const deadline = Date.now() + 30_000;
    Date.now() < deadline && child.exitCode === null;
    await new Promise((resolve) => setTimeout(resolve, 100))
  ) {
    const port = Number(/Local:\s+http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    if (Number.isNaN(port)) continue;
    const isUp = await fetch(`http://127.0.0.1:${port}/maybe`).then(
      () => child.exitCode === null,
      () => false,
    );
    if (isUp) return { port, stop };
  }
  await stop();
  throw new Error(`next start did not come up: ${said}${Buffer.concat(complaints)}`);
}

function nextEnv(settings: AppOptions | NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { VITEST: _, ...env } = process.env;
  const own = 'jwks' in settings ? { AUTHGRAPH_TEST_OPTIONS: JSON.stringify(settings) } : settings;
  return { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...own };
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
