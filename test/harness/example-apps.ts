import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from './servers.js';
import { until } from './until.js';

const FOLDER = fileURLToPath(new URL('../../examples/supertokens', import.meta.url));
const READY_MS = 90_000;

/** The examples of a language. */
export interface ExampleGroup {
  readonly language: string;
  /** What installs what they need, from the root of the repository. */
  readonly install: string;
  /** Exists once that was done; in its folder, as everything that follows. */
  readonly installed: string;
  readonly build: readonly (readonly string[])[];
  /** What starts each of them. */
  readonly examples: Readonly<Record<string, (port: string) => readonly string[]>>;
}

export interface RunningExample extends AsyncDisposable {
  readonly url: string;
}

const node = (file: string) => () => [process.execPath, file];
const uvicorn = (app: string) => (port: string) => ['venv/bin/uvicorn', app, '--port', port];
const next = 'node_modules/next/dist/bin/next';
const tsc = 'node_modules/typescript/bin/tsc';

/** By their folders. */
export const EXAMPLES: Readonly<Record<string, ExampleGroup>> = {
  node: {
    language: 'Node',
    install: 'npm ci --prefix examples/supertokens/node',
    installed: next,
    build: [
      [process.execPath, tsc],
      [process.execPath, next, 'build', 'next'],
    ],
    examples: {
      Express: node('express.mjs'),
      Fastify: node('fastify.mjs'),
      Hapi: node('hapi.mjs'),
      Koa: node('koa.mjs'),
      Lambda: node('lambda-locally.mjs'),
      LoopBack: node('build/loopback.js'),
      NestJS: node('build/nestjs.js'),
      'Next.js': (port) => [process.execPath, next, 'start', 'next', '-H', '127.0.0.1', '-p', port],
    },
  },
  python: {
    language: 'Python',
    install:
      'cd examples/supertokens/python && python3 -m venv venv && ' +
      'venv/bin/pip install -r requirements.txt',
    installed: 'venv/bin/uvicorn',
    build: [],
    examples: {
      FastAPI: uvicorn('fastapi_app:app'),
      Flask: (port) => ['venv/bin/flask', '--app', 'flask_app', 'run', '--port', port],
      Django: uvicorn('django_example.asgi:application'),
    },
  },
  go: {
    language: 'Go',
    install: 'cd examples/supertokens/go && go build -o build/ ./...',
    installed: 'build/nethttp',
    build: [['go', 'build', '-o', 'build/', './...']],
    examples: {
      'net/http': () => ['build/nethttp'],
      Chi: () => ['build/chi'],
      Gin: () => ['build/gin'],
      Mux: () => ['build/mux'],
    },
  },
};

export function isInstalled(folder: string, { installed }: ExampleGroup): boolean {
  return existsSync(join(FOLDER, folder, installed));
}

/** Builds a group from its sources, so that it is never older than they are. */
export async function buildExamples(folder: string, { build }: ExampleGroup): Promise<void> {
  for (const [command = '', ...args] of build)
    await promisify(execFile)(command, args, { cwd: join(FOLDER, folder), env: environment({}) });
}

/** Starts an example in a process of its own, and waits until it answers. */
export async function startExample(
  folder: string,
  command: (port: string) => readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<RunningExample> {
  const port = String(await freePort());
  const [program = '', ...args] = command(port);
  const child = spawn(program, args, {
    cwd: join(FOLDER, folder),
    env: environment({ PORT: port, ...settings }),
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
    });
  }
  child.on('error', ({ message }) => {
    output += message;
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const answers = () =>
    fetch(`${url}/me`).then(
      () => true,
      () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
        return false;
      },
    );
  await until(answers, READY_MS, 'it answers').catch(async ({ message }: Error) => {
    await stop();
    throw new Error(`${command(port).join(' ')}: ${message}\n${output}`);
  });
  return { url, [Symbol.asyncDispose]: stop };
}

function environment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  return { ...env, NEXT_TELEMETRY_DISABLED: '1', PYTHONDONTWRITEBYTECODE: '1', ...settings };
}
