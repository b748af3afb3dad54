import { type ChildProcess, spawn } from 'node:child_process';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
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

/** Runs the built command line with these settings and no others, to its end. */
export async function runCommand(
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
