import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));
const BARE_SERVER = fileURLToPath(new URL('./programs/bare-server.mjs', import.meta.url));
const PROGRAMS = {
  'http-load': new URL('./programs/http-load.mjs', import.meta.url),
  'refresh-clients': new URL('./programs/refresh-clients.mjs', import.meta.url),
  'core-clients': new URL('./programs/core-clients.mjs', import.meta.url),
  'paced-requests': new URL('./programs/paced-requests.mjs', import.meta.url),
  'argon2-verifications': new URL('./programs/argon2-verifications.mjs', import.meta.url),
  'token-verifications': new URL('./programs/token-verifications.mjs', import.meta.url),
};
const READY_WITHIN_MS = 30_000;
const STOPPED_WITHIN_MS = 10_000;

/** What the service under measurement calls itself; nobody looks it up. */
export const ISSUER = 'https://auth.bench.example.com';
const SECRET = 'q9Jb0LrWm2ZtYx4Vh7Nc5Kd8Fs1Gp3Ue6Ra';

const running = /** @type {Set<import('node:child_process').ChildProcess>} */ (new Set());
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * A server in its own process.
 * @typedef {{ url: string, pid: number, msToReady: number } & AsyncDisposable} Server
 */

/** As the container image starts Node.js. */
const NODE_FLAGS = ['--max-semi-space-size=16'];

/**
 * The service as it runs in production: built, logging at its usual level to a file.
 * @param {{ url: string | undefined }} database
 * @param {string} workDir
 * @param {Record<string, string>} [env]
 * @returns {Promise<Server>}
 */
export function startService(database, workDir, env = {}) {
  return startServer(workDir, (port) => ({
    args: [...NODE_FLAGS, MAIN, 'serve'],
    env: { ...serviceEnv(database, workDir), PORT: String(port), ...env },
  }));
}

/**
 * @param {string} workDir
 * @returns {Promise<Server>}
 */
export function startBareServer(workDir) {
  return startServer(workDir, (port) => ({
    args: [BARE_SERVER, String(port)],
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  }));
}

/**
 * Applies the service's migrations.
 * @param {{ url: string | undefined }} database
 * @param {string} workDir
 */
export function migrate(database, workDir) {
  execFileSync(process.execPath, [MAIN, 'migrate', 'up'], {
    env: serviceEnv(database, workDir),
    stdio: 'ignore',
    timeout: 60_000,
  });
}

/**
 * How a command of the service is called.
 * @param {{ url: string | undefined }} database @param {string} workDir
 * @param {readonly string[]} args
 */
export function commandOf(database, workDir, args) {
  return { args: [MAIN, ...args], env: serviceEnv(database, workDir) };
}

/** @param {{ url: string | undefined }} database @param {string} workDir */
function serviceEnv({ url }, workDir) {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    AUTHGRAPH_SECRET: SECRET,
    AUTHGRAPH_ISSUER: ISSUER,
    AUTHGRAPH_DATA_DIR: join(workDir, 'data'),
    AUTHGRAPH_LIMITS: 'off', // one session is refreshed all the time
    AUTHGRAPH_ACCESS_TOKEN_TTL: '1d', // no token runs out between two rounds
    NODE_COMPILE_CACHE: join(workDir, 'compile-cache'),
    ...(url === undefined ? {} : { DATABASE_URL: url }),
  };
}

/**
 * @param {string} workDir
 * @param {(port: number) => { args: string[], env: NodeJS.ProcessEnv }} command
 * @returns {Promise<Server>}
 */
async function startServer(workDir, command) {
  const port = await freePort();
  const { args, env } = command(port);
  const log = join(workDir, `server-${port}.log`);
  const output = openSync(log, 'w');
  const started = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', output, output] });
  closeSync(output);
  running.add(child);
  child.once('exit', () => running.delete(child));
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) {
    const waited = performance.now() - started;
    if (child.exitCode !== null || waited > READY_WITHIN_MS) {
      child.kill('SIGKILL');
      throw new Error(
        `${args.join(' ')} did not get ready:\n${readFileSync(log, 'utf8').slice(-2_000)}`,
      );
    }
    await sleep(5);
  }
  const msToReady = performance.now() - started;
  return { url, pid: child.pid ?? 0, msToReady, [Symbol.asyncDispose]: () => stop(child) };
}

/** @param {import('node:child_process').ChildProcess} child */
export async function stop(child, signal = /** @type {NodeJS.Signals} */ ('SIGTERM')) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const patience = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
  await gone;
  clearTimeout(patience);
}

/** @param {string} url @returns {Promise<boolean>} */
function isReady(url) {
  return new Promise((resolve) => {
    get(`${url}/health/ready`, { agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/**
 * Runs one of the programs in `programs/` in its own process, and resolves to its result.
 * @param {keyof typeof PROGRAMS} name
 * @param {object} task
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<any>}
 */
export async function runProgram(name, task, env = {}) {
  const child = fork(PROGRAMS[name], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  running.add(child);
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint = (complaint + chunk).slice(-2_000);
  });
  child.send(task);
  const result = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`${name} ended with ${code}:\n${complaint}`)));
  });
  running.delete(child);
  return result;
}

/** Resident memory in MiB. @param {number} pid */
export function residentMemory(pid) {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

/**
 * Processor time that a process has used so far, in seconds; undefined where only Linux could tell.
 * @param {number} pid
 */
export function processorSeconds(pid) {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return undefined;
  // the name before it may hold spaces
  const fields = readFileSync(path, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
