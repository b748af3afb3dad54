import { parseConfig } from '../../dist/src/config.js';
import { runSql } from '../postgres.mjs';
import { runProgram, startService } from '../processes.mjs';
import { median, takeTurns } from '../rounds.mjs';
import { SIGNED_IN, signInOperation, signUpUsers } from '../users.mjs';

/** Enough to keep the service's hashing busy while other sign-ins talk to the database. */
const CONNECTIONS_A_HASH = 4;

/** Signing in, against argon2id verifications and nothing else, as many at once as the service runs. */
export const signIn = {
  name: 'sign-in',
  about: 'signIn against raw argon2id verifications on the same cores',
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, rounds, seconds, progress }) {
    await using service = await startService(database, workDir);
    const { hashConcurrency: concurrency } = parseConfig({}).password;
    const connections = concurrency * CONNECTIONS_A_HASH;
    const users = await signUpUsers(service.url, connections);
    const parameters = await storedParameters(database);

    async function signInFor(/** @type {number} */ period) {
      const task = { url: service.url, operations: users.map(signInOperation), mustContain: SIGNED_IN, connections, seconds: period };
      const result = await runProgram('http-load', task);
      return result.answered / result.seconds;
    }

    async function verifyFor(/** @type {number} */ period) {
      const { done, seconds: took } = await runProgram('argon2-verifications', { parameters, concurrency, seconds: period });
      return done / took;
    }

    await signInFor(seconds);
    const { ours, theirs } = await takeTurns(rounds, { ours: () => signInFor(seconds), theirs: () => verifyFor(seconds) }, progress);
    const comparedWith = `argon2id, ${concurrency} at once`;
    return [
      { what: 'signIn', unit: 'sign-ins/s', ours, theirs, comparedWith, ratio: median(ours) / median(theirs), aim: { atLeast: 0.9 } },
    ];
  },
};

/** What the service hashes with, read from what it stored. @param {import('../postgres.mjs').Database} database */
async function storedParameters({ url }) {
  const [row] =
    url === undefined ? [{ hash: '$argon2id$v=19$m=19456,t=2,p=1$' }] : await runSql(url, 'select hash from password_credentials limit 1');
  const [, memoryCost, timeCost, parallelism] = /\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(row.hash)?.map(Number) ?? [];
  return { memoryCost, timeCost, parallelism };
}
