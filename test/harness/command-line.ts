import { type ChildProcess, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../../src/cli/exit-codes.js';
import { explainFailure } from '../../src/cli/explain-failure.js';
import { createProgram } from '../../src/cli/program.js';
import { TEST_SECRET } from './service.js';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
/**
 * A command lives too short for a compiler to pay that makes fast code of the embedded database.
 */
const NODE_FLAGS = ['--liftoff-only'];
const LONGEST_RUN_MS = 40_000;

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command with these settings and no others, to its end, in this process: most of what a
 * process of its own takes is loading the service. One at a time.
 */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string>,
  input = '',
): Promise<CommandResult> {
  let code: number = EXIT.done;
  const streams = captureStreams(input);
  try {
    const program = createProgram('0.0.0', {
      env,
      end: async (command) => {
        code = await command;
      },
    });
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    code = await explainFailure(error);
  } finally {
    streams.restore();
  }
  return { code, stdout: streams.stdout.join(''), stderr: streams.stderr.join('') };
}

let isCapturing = false;

/** Stands in for the streams of the process. */
function captureStreams(input: string) {
  if (isCapturing) throw new Error('commands run one at a time in one process');
  isCapturing = true;
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') ?? {};
  const value = Readable.from(input === '' ? [] : [input]);
  Object.defineProperty(process, 'stdin', { configurable: true, value });
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  return {
    stdout: stdout.written,
    stderr: stderr.written,
    restore() {
      isCapturing = false;
      stdout.restore();
      stderr.restore();
      Object.defineProperty(process, 'stdin', stdin);
    },
  };
}

function capture(stream: NodeJS.WriteStream) {
  const written: string[] = [];
  const { write } = stream;
  stream.write = (chunk: string | Uint8Array) => {
    written.push(chunk.toString());
    return true;
  };
  return {
    written,
    restore() {
      stream.write = write;
    },
  };
}

/** Runs the built command line in a process of its own, to its end. */
export async function runProcess(
  args: readonly string[],
  env: Record<string, string>,
  input = '',
): Promise<CommandResult> {
  const child = spawnCommand(args, env);
  child.stdin?.end(input);
  return outcomeOf(child);
}

export function spawnCommand(
  args: readonly string[],
  env: Record<string, string>,
  timeout = LONGEST_RUN_MS,
): ChildProcess {
  return spawn(process.execPath, [...NODE_FLAGS, MAIN, ...args], {
    env,
    stdio: 'pipe',
    timeout,
    killSignal: 'SIGKILL',
  });
}

/** When it has said that on its standard error. */
export function said({ stderr }: ChildProcess, words: string): Promise<void> {
  let text = '';
  return new Promise((resolve) => {
    stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(words)) resolve();
    });
  });
}

export async function outcomeOf(child: ChildProcess): Promise<CommandResult> {
  if (child.stdout === null || child.stderr === null) throw new Error('the child has no pipes');
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    ended,
  ]);
  return { code, stdout, stderr };
}

/** Settings for a command on an embedded database. */
export function embedded(dataDir: string): Record<string, string> {
  return {
    AUTHGRAPH_DATA_DIR: dataDir,
    AUTHGRAPH_SECRET: TEST_SECRET,
    AUTHGRAPH_ISSUER: 'http://localhost:4000',
    PORT: '0',
  };
}
