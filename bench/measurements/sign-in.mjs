import { availableParallelism } from 'node:os';
import { runSql } from '../postgres.mjs';
import { processorSeconds, runProgram, startService } from '../processes.mjs';
import { ratioOf, takeTurns } from '../rounds.mjs';
import { SIGNED_IN, signInOperation, signUpUsers } from '../users.mjs';

/** Enough that passwords wait for a processor while other sign-ins talk to the database. */
const CONNECTIONS_A_HASH = 8;

/**
 * Turns so many times as long as elsewhere: when one begins and when it ends not all processors are
 * busy, a fifth of a second in all.
 */
const LONGER = 3;

/** The service gets faster for about this long, until all that it runs is compiled. */
const WARM_UP_SECONDS = 10;

/**
 * Signing in, against argon2id verifications and nothing else, as many at once as the service runs.
 */
export const signIn = {
  name: 'sign-in',
  about: 'signIn against raw argon2id verifications on the same cores',
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, rounds, seconds, progress }) {
    await using service = await startService(database, workDir);
    const concurrency = availableParallelism(); // what the service hashes at once
    const connections = concurrency * CONNECTIONS_A_HASH;
    const users = await signUpUsers(service.url, connections);
    const parameters = await storedParameters(database);

    const used = { ours: /** @type {number[]} */ ([]), theirs: /** @type {number[]} */ ([]) };

    async function signInFor(/** @type {{ seconds: number } | { amount: number }} */ extent) {
      const task = {
        url: service.url,
        operations: users.map(signInOperation),
        mustContain: SIGNED_IN,
        connections,
        ...extent,
      };
      const before = processorSeconds(service.pid);
      const result = await runProgram('http-load', task);
      const after = processorSeconds(service.pid);
      if (before !== undefined && after !== undefined)
        used.ours.push(((after - before) * 1000) / result.answered);
      return result.answered / result.seconds;
    }

    async function verifyFor(/** @type {number} */ period) {
      const {
        done,
        processorSeconds: processor,
        seconds: took,
      } = await runProgram('argon2-verifications', { parameters, concurrency, seconds: period });
      used.theirs.push((processor * 1000) / done);
      return done / took;
    }

    const rate = await signInFor({ seconds: WARM_UP_SECONDS });
    used.ours.length = 0;
    // Both sides carry their work out to the last: what one left behind would be on the other's
    // time.
    const period = seconds * LONGER;
    const turn = { amount: Math.max(connections, Math.round(rate * period)) };
    const { ours, theirs } = await takeTurns(
      rounds,
      { ours: () => signInFor(turn), theirs: () => verifyFor(period) },
      progress,
    );
    const comparedWith = `argon2id, ${concurrency} at once`;
    const rows = [
      {
        what: 'signIn',
        unit: 'sign-ins/s',
        ours,
        theirs,
        comparedWith,
        ratio: ratioOf(ours, theirs),
        aim: { atLeast: 0.9 },
      },
    ];
    if (used.ours.length === 0) return rows;
    const time = { what: 'signIn: processor time', unit: 'ms/sign-in', comparedWith: 'argon2id' };
    return [
      ...rows,
      { ...time, ours: used.ours, theirs: used.theirs, ratio: ratioOf(used.theirs, used.ours) },
    ];
  },
};

/**
 * What the service hashes with, read from what it stored. @param
 * {import('../postgres.mjs').Database} database
 */
async function storedParameters({ url }) {
  const [row] =
    url === undefined
      ? [{ hash: '$argon2id$v=19$m=19456,t=2,p=1$' }]
      : await runSql(url, 'select hash from passwords limit 1');
  const [, memoryCost, timeCost, parallelism] =
    /\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(row.hash)?.map(Number) ?? [];
  return { memoryCost, timeCost, parallelism };
}
