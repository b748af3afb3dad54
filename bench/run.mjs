import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { cleanup } from './measurements/cleanup.mjs';
import { findUsers } from './measurements/find-users.mjs';
import { meQuery } from './measurements/me-query.mjs';
import { meUnderSignIns } from './measurements/me-under-sign-ins.mjs';
import { memory } from './measurements/memory.mjs';
import { migration } from './measurements/migration.mjs';
import { manyRealms } from './measurements/realms.mjs';
import { refreshSession } from './measurements/refresh-session.mjs';
import { signIn } from './measurements/sign-in.mjs';
import { startUp } from './measurements/start-up.mjs';
import { supertokens } from './measurements/supertokens.mjs';
import { tokenVerification } from './measurements/token-verification.mjs';
import { openBenchDatabase } from './postgres.mjs';
import { migrate } from './processes.mjs';
import { table, writeResults } from './report.mjs';

/**
 * What a measurement is given.
 * @typedef {object} Bench
 * @property {import('./postgres.mjs').Database} database migrated
 * @property {string} workDir a folder for logs and scratch files
 * @property {number} rounds
 * @property {number} seconds how long each side is measured in a round
 * @property {(text: string) => void} progress
 */

const MEASUREMENTS = [
  meQuery,
  refreshSession,
  signIn,
  meUnderSignIns,
  tokenVerification,
  memory,
  supertokens,
  manyRealms,
  findUsers,
  cleanup,
  startUp,
  migration,
];

const program = new Command('bench')
  .description(
    'Measures the service, each time beside what it is built on, in the same run and in ' +
      'processes of their own.',
  )
  .option('--only <names>', 'measure only these, comma-separated', readNames)
  .option('--rounds <n>', 'rounds of each comparison; the median counts', readCount, 10)
  .option('--seconds <n>', 'how long each side is measured in a round', readCount, 2)
  .addHelpText(
    'after',
    `
Measurements:
${MEASUREMENTS.map(({ name, about }) => `  ${name.padEnd(20)} ${about}`).join('\n')}

The database is the PostgreSQL of TEST_DATABASE_URL (a new database there, dropped afterwards), else
one that is started for this run from the binaries found here, else the embedded one. Everything
stays on this machine's loopback interface. Numbers depend on the machine; the ratios much less so.
The results are also written to bench/results/ as JSON.`,
  )
  .action(run);

await program.parseAsync();

/** @param {{ only?: string[], rounds: number, seconds: number }} options */
async function run({ only, rounds, seconds }) {
  const chosen = MEASUREMENTS.filter(({ name }) => only === undefined || only.includes(name));
  const workDir = mkdtempSync(join(tmpdir(), 'authgraph-bench-'));
  process.once('exit', () => rmSync(workDir, { recursive: true, force: true }));
  await using database = await openBenchDatabase(process.env.TEST_DATABASE_URL);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await database[Symbol.asyncDispose]();
      process.exit(130); // ends the other processes
    });
  }
  say(
    `database: ${database.kind}; ${availableParallelism()} processors; ` +
      `${rounds} rounds of ${seconds} s a side`,
  );
  const [load = 0] = loadavg();
  if (load > availableParallelism() / 2)
    say(
      `this machine is busy (load ${load.toFixed(1)}): ` +
        'trust the processor times more than the rates',
    );
  migrate(database, workDir);
  const results = [];
  for (const { name, measure } of chosen) {
    say(`${name} …`);
    const progress = (/** @type {string} */ text) => say(`  ${text}`);
    results.push({
      name,
      ...(await outcome(() => measure({ database, workDir, rounds, seconds, progress }))),
    });
  }
  console.log(`\n${table(results.flatMap(({ rows = [] }) => rows))}\n`);
  for (const { name, error } of results) if (error !== undefined) say(`${name} failed: ${error}`);
  if (results.some(({ error }) => error !== undefined)) process.exitCode = 1;
  const path = writeResults({ database: database.kind, rounds, seconds, results });
  console.log(`${relative('.', path)}: every round, and the machine`);
}

/**
 * One measurement that fails does not take the others with it.
 * @param {() => Promise<import('./report.mjs').Row[]>} measure
 * @returns {Promise<{ rows?: import('./report.mjs').Row[], error?: string }>}
 */
async function outcome(measure) {
  try {
    return { rows: await measure() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`);
}

/** @param {string} text */
function readNames(text) {
  const names = text.split(',');
  const known = MEASUREMENTS.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `${unknown.join(', ')}: the measurements are ${known.join(', ')}.`,
    );
  return names;
}

/** @param {string} text */
function readCount(text) {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100)
    throw new InvalidArgumentError('It must be a whole number from 1 to 100.');
  return count;
}
