import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram, startService } from '../processes.mjs';
import { percentile, ratioOf, takeTurns } from '../rounds.mjs';
import { SIGNED_IN, signInOperation, signUpUsers } from '../users.mjs';

const QUERY = '{ me { id } session { id } }';
const EVERY_MS = 10;
/** Twice what the service hashes at once: the processors never wait for a password. */
const CONNECTIONS_A_HASH = 2;

/**
 * How long `me` takes while nothing else happens, and while sign-ins take all the processor time
 * there is.
 */
export const meUnderSignIns = {
  name: 'me-under-sign-ins',
  about: 'p99 of me, idle and while sign-ins saturate the CPU',
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, rounds, seconds, progress }) {
    await using service = await startService(database, workDir);
    const connections = availableParallelism() * CONNECTIONS_A_HASH;
    const users = await signUpUsers(service.url, connections);
    const headers = { authorization: `Bearer ${users[0]?.accessToken}` };
    const all = { idle: /** @type {number[]} */ ([]), busy: /** @type {number[]} */ ([]) };

    async function askMe(/** @type {number[]} */ times) {
      const result = await runProgram('paced-requests', {
        url: service.url,
        query: QUERY,
        headers,
        everyMs: EVERY_MS,
        seconds,
      });
      times.push(...result.milliseconds);
      return percentile(result.milliseconds, 99);
    }

    async function askMeDuringSignIns() {
      const head = 0.5;
      const task = {
        url: service.url,
        operations: users.map(signInOperation),
        mustContain: SIGNED_IN,
        connections,
        seconds: seconds + 2 * head,
      };
      const signIns = runProgram('http-load', task);
      await sleep(head * 1000);
      const [value] = await Promise.all([askMe(all.busy), signIns]);
      return value;
    }

    await askMe([]);
    const { idle, busy } = await takeTurns(
      rounds,
      { idle: () => askMe(all.idle), busy: askMeDuringSignIns },
      progress,
    );
    const ratio = ratioOf(idle, busy);
    const p50 = { ours: [percentile(all.busy, 50)], theirs: [percentile(all.idle, 50)] };
    return [
      {
        what: 'me, p99 during sign-ins',
        unit: 'ms',
        ours: busy,
        theirs: idle,
        comparedWith: 'idle',
        ratio,
      },
      {
        what: 'me, p50 during sign-ins',
        unit: 'ms',
        ...p50,
        comparedWith: 'idle',
        ratio: percentile(all.idle, 50) / percentile(all.busy, 50),
      },
    ];
  },
};
