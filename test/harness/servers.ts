import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chownSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './until.js';

/**
 * A server of the test's own, on a fresh folder and a free port: it may be stopped, killed and
 * frozen at will.
 */
export interface OwnServer extends AsyncDisposable {
  readonly url: string;
  /** Starts it, if it does not run. */
  start(): Promise<void>;
  /** Ends it as an operator would; open connections are cut. */
  stop(): Promise<void>;
  /** Freezes it: connections stay open, and nobody answers. */
  freeze(): void;
  thaw(): void;
}

/** Where one server's programs are. */
export interface Programs {
  /** Finds the full path of a program. */
  path(name: string): string;
}

const START_MS = 20_000;

export async function startPostgres(programs: Programs): Promise<OwnServer> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'authgraph-postgres-'));
  const identity = unprivileged(dataDir);
  const trusting = ['-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  execFileSync(programs.path('initdb'), ['-D', dataDir, ...trusting], {
    ...identity,
    cwd: dataDir,
    stdio: 'ignore',
  });
  // Losing data in a power failure is no concern here, being quick is.
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'max_connections=200',
  ];
  const command = [
    programs.path('postgres'),
    '-D',
    dataDir,
    '-p',
    `${port}`,
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
  const server = new ServerProcess(command, { ...identity, cwd: dataDir }, port, 'SIGINT', dataDir);
  await server.start();
  return withUrl(server, `postgres://postgres@127.0.0.1:${port}/postgres`);
}

export async function startRedis(programs: Programs): Promise<OwnServer> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'authgraph-redis-'));
  const command = [
    programs.path('redis-server'),
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    dataDir,
  ];
  const server = new ServerProcess(command, { cwd: dataDir }, port, 'SIGTERM', dataDir);
  await server.start();
  return withUrl(server, `redis://127.0.0.1:${port}`);
}

/** A server's programs, or undefined when they are not on this machine. */
export function findPrograms(name: string): Programs | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...(name === 'postgres' ? debianPostgresFolders() : []),
  ];
  const folder = folders.find((candidate) => isProgram(join(candidate, name)));
  return folder === undefined ? undefined : { path: (program) => join(folder, program) };
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string')
    throw new Error('a TCP server without a port');
  return address.port;
}

/** A server that this file does not know; its folder goes with it. */
export async function startServer(
  command: readonly string[],
  { port, folder }: { readonly port: number; readonly folder: string },
): Promise<OwnServer> {
  const server = new ServerProcess([...command], { cwd: folder }, port, 'SIGTERM', folder);
  await server.start();
  return withUrl(server, `http://127.0.0.1:${port}`);
}

class ServerProcess {
  readonly #command: readonly string[];
  readonly #options: { readonly uid?: number; readonly gid?: number; readonly cwd: string };
  readonly #port: number;
  readonly #stopSignal: NodeJS.Signals;
  readonly #dataDir: string;
  #child: ChildProcess | undefined;
  #frozen: number[] = [];

  constructor(
    command: string[],
    options: { uid?: number; gid?: number; cwd: string },
    port: number,
    stopSignal: NodeJS.Signals,
    dataDir: string,
  ) {
    this.#command = command;
    this.#options = options;
    this.#port = port;
    this.#stopSignal = stopSignal;
    this.#dataDir = dataDir;
  }

  async start(): Promise<void> {
    if (this.#child !== undefined && this.#child.exitCode === null) return;
    const [program = '', ...parameters] = this.#command;
    const child = spawn(program, parameters, {
      ...this.#options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
    });
    this.#child = child;
    await until(
      async () => {
        if (child.exitCode !== null)
          throw new Error(`${program} ended with ${child.exitCode}: ${said}`);
        return answersOn(this.#port, program.endsWith('postgres'));
      },
      START_MS,
      `${program} answers`,
    );
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    this.thaw();
    const ended = once(child, 'exit');
    child.kill(this.#stopSignal);
    await ended;
  }

  freeze(): void {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('it does not run');
    // The parent first: it could start another child meanwhile.
    process.kill(pid, 'SIGSTOP');
    this.#frozen = [pid, ...childrenOf(pid)];
    for (const child of this.#frozen.slice(1)) process.kill(child, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.#frozen) {
      try {
        process.kill(pid, 'SIGCONT');
      } catch {
        // It has gone meanwhile.
      }
    }
    this.#frozen = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

function withUrl(server: ServerProcess, url: string): OwnServer {
  return {
    url,
    start: () => server.start(),
    stop: () => server.stop(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/**
 * PostgreSQL refuses to run as root, so there it gets the folder and the identity of its own user.
 */
function unprivileged(dataDir: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [, , uid, gid] =
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find(([name]) => name === 'postgres' || name === 'nobody') ?? [];
  const identity = { uid: Number(uid), gid: Number(gid) };
  chownSync(dataDir, identity.uid, identity.gid);
  return identity;
}

function debianPostgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(root).toSorted((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    // "pid (name) state ppid": the name may hold anything, so what counts is what follows the last
    // parenthesis.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return undefined; // gone meanwhile
  }
}

/**
 * True when the server speaks: a port that is open is not enough, PostgreSQL opens it before it
 * lets anybody in.
 */
async function answersOn(port: number, isPostgres: boolean): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    if (!isPostgres) return true;
    socket.write(startupMessage());
    // "R" asks for (no) password: it is up
    const [answer] = (await Promise.race([once(socket, 'data'), sleep(500, [])])) as [Buffer?];
    return answer?.[0] === 'R'.charCodeAt(0);
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function startupMessage(): Buffer {
  const body = Buffer.from('\0\x03\0\0user\0postgres\0database\0postgres\0\0', 'latin1');
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + length.length);
  return Buffer.concat([length, body]);
}
