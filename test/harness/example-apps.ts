import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from './servers.js';

const FOLDER = fileURLToPath(new URL('../../examples/supertokens/node', import.meta.url));
const READY_MS = 30_000;

const INSTALL_COMMAND = 'npm ci --prefix examples/supertokens/node';

/** Each is a file of its own in `examples/supertokens/node`. */
export const EXAMPLES: readonly string[] = ['express', 'fastify', 'hapi', 'koa', 'lambda-locally'];

/** What to call before an example can start; undefined when nothing is missing. */
export const missingInstall = existsSync(`${FOLDER}/node_modules`) ? undefined : INSTALL_COMMAND;

export interface RunningExample extends AsyncDisposable {
  readonly url: string;
}

/** Starts an example in a process of its own, and waits until it listens. */
export async function startExample(
  example: string,
  settings: Readonly<Record<string, string>>,
): Promise<RunningExample> {
  const port = String(await freePort());
  const child = spawn(process.execPath, [`${example}.mjs`], {
    cwd: FOLDER,
    env: { PATH: process.env.PATH, PORT: port, ...settings },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}:\n${output}`));
    const timer = setTimeout(() => fail('the example does not listen'), READY_MS);
    child.once('exit', (code) => fail(`the example ended with ${code}`));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (!output.includes('listening')) return;
        clearTimeout(timer);
        resolve();
      });
    }
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
