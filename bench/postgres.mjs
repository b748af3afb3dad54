import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort, stop } from './processes.mjs';

/**
 * Where the service under measurement keeps its data.
 * @typedef {{ kind: string, url: string | undefined } & AsyncDisposable} Database `url` is
 * undefined for the embedded one
 */

const STARTED_WITHIN_MS = 20_000;

/**
 * A database of its own: on the server of TEST_DATABASE_URL, else on a PostgreSQL that is installed
 * here and started for this run, else the embedded one.
 * @param {string | undefined} serverUrl
 * @returns {Promise<Database>}
 */
export async function openBenchDatabase(serverUrl) {
  if (serverUrl !== undefined) return createDatabase(serverUrl, async () => {});
  const binaries = findBinaries();
  if (binaries === undefined)
    return {
      kind: 'embedded (no PostgreSQL was found)',
      url: undefined,
      [Symbol.asyncDispose]: async () => {},
    };
  const server = await startPostgres(binaries);
  return createDatabase(server.url, server.stop);
}

/**
 * Runs SQL on the database. @param {string} url @param {string} sql @param {unknown[]} [parameters]
 */
export async function runSql(url, sql, parameters = []) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, parameters)).rows;
  } finally {
    await client.end();
  }
}

/**
 * @param {string} serverUrl @param {() => Promise<void>} stopServer @returns {Promise<Database>}
 */
async function createDatabase(serverUrl, stopServer) {
  const name = `authgraph_bench_${process.pid}`;
  await runSql(serverUrl, `create database ${name}`);
  const [server] = await runSql(serverUrl, 'show server_version');
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    kind: `PostgreSQL ${server.server_version}`,
    url: url.href,
    async [Symbol.asyncDispose]() {
      await runSql(serverUrl, `drop database if exists ${name} with (force)`);
      await stopServer();
    },
  };
}

/** The folder that holds `initdb` and `postgres`: on the PATH, or where Debian keeps the newest. */
function findBinaries() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((a, b) => Number(b) - Number(a))
    : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ];
  return folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))),
  );
}

/** @param {string} binaries */
async function startPostgres(binaries) {
  const dir = mkdtempSync(join(tmpdir(), 'authgraph-bench-postgres-'));
  const owner = unprivilegedOwner();
  if (owner !== undefined) chownSync(dir, owner.uid, owner.gid);
  const options = { ...owner, cwd: dir, stdio: /** @type {const} */ ('ignore') };
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', join(dir, 'data'), '-A', 'trust', '-U', 'postgres'],
    { ...options, timeout: 60_000 },
  );
  const port = await freePort();
  const child = spawn(
    join(binaries, 'postgres'),
    ['-D', join(dir, 'data'), '-h', '127.0.0.1', '-p', String(port), '-k', dir],
    options,
  );
  const kill = () => child.kill('SIGINT');
  process.once('exit', kill);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await answers(url);
  return {
    url,
    stop: async () => {
      await stop(child, 'SIGINT');
      process.removeListener('exit', kill);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: its own user does it then. */
function unprivilegedOwner() {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (/** @type {string} */ flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** @param {string} url */
async function answers(url) {
  for (const until = performance.now() + STARTED_WITHIN_MS; ; await sleep(50)) {
    try {
      return await runSql(url, 'select 1');
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}
