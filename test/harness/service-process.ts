import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runProcess } from './command-line.js';
import { graphqlClient, type Send } from './graphql-client.js';
import { freePort } from './servers.js';
import { until } from './until.js';

const PROGRAM = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const ISSUER = 'http://localhost:4000';
const READY_MS = 20_000;
const EXIT_MS = 20_000;

/** `authgraph serve` as operators run it: a process of its own. It keeps its port over restarts. */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string;
  readonly send: Send;
  /** What GET /health/ready answers; status 0 when nobody listens. */
  health(): Promise<{ status: number; checks?: Record<string, boolean> }>;
  /** Waits until it is ready; resolves to how many milliseconds that took. */
  ready(withinMs?: number): Promise<number>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves to the exit code, or the signal that ended it. */
  exited(): Promise<number | NodeJS.Signals>;
  /** Starts the process that was ended, with the same settings. */
  restart(): void;
  /** The log's entries so far, over all restarts. */
  log(): LogEntry[];
}

export interface LogEntry {
  readonly level: string;
  readonly msg: string;
  readonly [name: string]: unknown;
}

export type Settings = Readonly<Record<string, string>>;

/** Starts a node and waits until it is ready. */
export async function startNode(settings: Settings): Promise<ServiceProcess> {
  const node = await launchNode(settings);
  await node.ready();
  return node;
}

/** Starts a node without waiting for anything. */
export async function launchNode(settings: Settings): Promise<ServiceProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const output: string[] = [];
  let child = launch();

  function launch(): ChildProcess {
    const started = spawn(process.execPath, [PROGRAM, 'serve'], {
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        AUTHGRAPH_ISSUER: ISSUER,
        AUTHGRAPH_LIMITS: 'off',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [started.stdout, started.stderr])
      stream?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    return started;
  }

  const health: ServiceProcess['health'] = async () => {
    try {
      const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(10_000) });
      // the service's own answer
      const body = (await response.json()) as { checks: Record<string, boolean> };
      return { status: response.status, checks: body.checks };
    } catch {
      return { status: 0 };
    }
  };

  const ready = (withinMs = READY_MS) =>
    until(
      async () => {
        if (child.exitCode !== null)
          throw new Error(`the service ended with ${child.exitCode}:\n${output.join('')}`);
        return (await health()).status === 200;
      },
      withinMs,
      'the service is ready',
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${output.join('').slice(-4_000)}`);
    });

  const exited: ServiceProcess['exited'] = async () => {
    if (child.exitCode === null && child.signalCode === null)
      await once(child, 'exit', { signal: AbortSignal.timeout(EXIT_MS) });
    return child.exitCode ?? child.signalCode ?? -1;
  };

  return {
    url,
    send: graphqlClient(url),
    health,
    ready,
    exited,
    signal: (signal) => void child.kill(signal),
    restart: () => {
      child = launch();
    },
    log: () => readLog(output.join('')),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited();
    },
  };
}

/** Runs one `authgraph` command in a process beside the nodes, with their settings. */
export async function runBesideNodes(
  args: readonly string[],
  settings: Settings,
): Promise<{ code: number | null; output: string }> {
  const { code, stdout, stderr } = await runProcess(args, {
    AUTHGRAPH_ISSUER: ISSUER,
    ...settings,
  });
  return { code, output: stdout + stderr };
}

function readLog(output: string): LogEntry[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogEntry); // pino's own lines
}
