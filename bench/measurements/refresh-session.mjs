import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rotate } from '../../dist/src/features/sessions/session.store.js';
import { runSql } from '../postgres.mjs';
import { processorSeconds, runProgram, startService } from '../processes.mjs';
import { ratioOf, takeTurns } from '../rounds.mjs';
import { signUpUsers } from '../users.mjs';

/**
 * As many as the service has database connections, so that both sides keep the same number busy.
 */
const CLIENTS = 10;
const OTHER_SESSIONS = 10_000;
const HASH = `\\x${'5a'.repeat(32)}`;

/**
 * Refreshing sessions over HTTP, against pgbench running the same UPDATE with the same number of
 * clients.
 */
export const refreshSession = {
  name: 'refresh-session',
  about: 'refreshSession against pgbench running the same UPDATE at the same concurrency',
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, rounds, seconds, progress }) {
    await using service = await startService(database, workDir);
    let refreshTokens = (await signUpUsers(service.url, CLIENTS)).map((user) => user.refreshToken);
    const microseconds = /** @type {number[]} */ ([]);

    async function refresh(/** @type {number} */ period) {
      const before = processorSeconds(service.pid);
      const result = await runProgram('refresh-clients', {
        url: service.url,
        refreshTokens,
        seconds: period,
      });
      const after = processorSeconds(service.pid);
      refreshTokens = result.refreshTokens;
      if (before !== undefined && after !== undefined)
        microseconds.push(((after - before) * 1e6) / result.answered);
      return result.answered / result.seconds;
    }

    const pgbench = await preparePgbench(database, workDir, progress);
    await refresh(Math.max(1, seconds));
    microseconds.length = 0;
    /** @type {Record<string, () => Promise<number>>} */
    const sides = { ours: () => refresh(seconds) };
    if (pgbench) sides.theirs = async () => pgbench(seconds);
    const { ours = [], theirs } = await takeTurns(rounds, sides, progress);
    const compared = theirs
      ? { theirs, comparedWith: 'pgbench', ratio: ratioOf(ours, theirs), aim: { atLeast: 0.5 } }
      : {};
    const rows = [
      { what: `refreshSession, ${CLIENTS} clients`, unit: 'refreshes/s', ours, ...compared },
    ];
    if (microseconds.length > 0)
      rows.push({ what: 'refreshSession: processor time', unit: 'µs/request', ours: microseconds });
    return rows;
  },
};

/**
 * Fills the sessions table, and makes the function that runs the service's own statement on rows of
 * it for some seconds. Undefined where that cannot be done.
 * @param {import('../postgres.mjs').Database} database @param {string} workDir @param {(text:
 * string) => void} progress
 */
async function preparePgbench({ url }, workDir, progress) {
  if (url === undefined || !isInstalled('pgbench')) {
    progress('nothing to compare with: it takes PostgreSQL and pgbench');
    return undefined;
  }
  await runSql(
    url,
    `insert into sessions (id, realm_id, user_id, created_at, last_used_at, expires_at,
       absolute_expires_at, access_expires_at, amr, generation, current_hash)
      select gen_random_uuid(), realm_id, id, now(), now(), now() + interval '14 days',
         now() + interval '90 days', now() + interval '10 minutes', '{pwd}', 0, $1::bytea
      from (select id, realm_id from users limit 1) u, generate_series(1, ${OTHER_SESSIONS})`,
    [HASH],
  );
  await runSql(url, 'vacuum analyze sessions');
  const script = join(workDir, 'rotate.pgbench');
  writeFileSync(script, await pgbenchScript());
  const constants = {
    hash: HASH,
    nonce: HASH,
    now: new Date().toISOString(),
    idle: inDays(14),
    access: inDays(1 / 144),
    ip: '127.0.0.1',
    agent: 'pgbench',
    realm: 'default',
    key: 'none', // these sessions are bound to no key
    bearer: 'true',
  };
  return async (/** @type {number} */ seconds) => {
    const variables = Object.entries({ ...constants, started: 0 }).flatMap(([name, value]) => [
      '-D',
      `${name}=${value}`,
    ]);
    const args = [
      '-n',
      '-M',
      'prepared',
      '-c',
      `${CLIENTS}`,
      '-j',
      '1',
      '-T',
      `${Math.ceil(seconds)}`,
      '-f',
      script,
      ...variables,
      url,
    ];
    const output = execFileSync('pgbench', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: (seconds + 30) * 1000,
    });
    const rate = Number(/^tps = ([\d.]+)/m.exec(output)?.[1]);
    if (!(rate > 0) || !/number of failed transactions: 0 /.test(output))
      throw new Error(`pgbench failed:\n${output}`);
    return rate;
  };
}

/**
 * Each client takes a session at random, as each of ours owns one, and then rotates it again and
 * again. The hash stays the same, since pgbench can compute none; everything else is the service's
 * own statement, taken from its own code.
 */
async function pgbenchScript() {
  return `\\if :started = 0
select id as session, generation from sessions
  where current_hash = :hash and user_agent is distinct from :agent
  order by random() limit 1 \\gset
\\set started 1
\\endif
${(await rotateStatement()).replaceAll('\n', ' ')} \\gset row_
\\set generation :generation + 1
`;
}

/** The statement as the service sends it, with a pgbench variable for each parameter. */
async function rotateStatement() {
  let statement = '';
  const recorder = {
    query: async (/** @type {string} */ sql, /** @type {string[]} */ variables) => {
      statement = sql.replaceAll(
        /\$(\d+)/g,
        (_, position) => variables[Number(position) - 1] ?? '',
      );
      return [];
    },
  };
  await rotate(
    /** @type {any} */ (recorder),
    /** @type {any} */ ({ id: ':realm' }),
    /** @type {any} */ ({
      sessionId: ':session',
      generation: ':generation',
      presentedHash: ':hash',
      successorHash: ':hash',
      successorNonce: ':nonce',
      now: ':now',
      idleExpiresAt: ':idle',
      accessExpiresAt: ':access',
      ipAddress: ':ip',
      userAgent: ':agent',
      proofKey: ':key',
      bearerAllowed: ':bearer',
    }),
  );
  if (!/^update sessions/.test(statement))
    throw new Error(`this is not the statement that rotates a session: ${statement}`);
  return statement;
}

/** @param {string} program */
function isInstalled(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** @param {number} days */
function inDays(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
