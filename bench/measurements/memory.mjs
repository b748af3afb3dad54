import { setTimeout as sleep } from 'node:timers/promises';
import { residentMemory, runProgram, startService } from '../processes.mjs';
import { SIGNED_IN, signInOperation, signUpUsers } from '../users.mjs';

const SETTLE_MS = 2_000;
const SAMPLE_MS = 100;
const CONNECTIONS = 10;

/**
 * Resident memory of a fresh service, and the most it takes while it is asked everything at once.
 */
export const memory = {
  name: 'memory',
  about: 'resident memory after start and under load',
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, rounds, seconds, progress }) {
    const idle = /** @type {number[]} */ ([]);
    const busy = /** @type {number[]} */ ([]);
    for (let round = 0; round < rounds; round += 1) {
      await using service = await startService(database, workDir);
      await sleep(SETTLE_MS);
      idle.push(residentMemory(service.pid));
      busy.push(await mostUnderLoad(service, Math.max(3, seconds)));
      progress(
        `round ${round + 1}/${rounds}: ${idle.at(-1)?.toFixed(0)} MiB after start, ` +
          `${busy.at(-1)?.toFixed(0)} MiB under load`,
      );
    }
    return [
      { what: 'memory after start', unit: 'MiB', ours: idle, aim: { under: 150 } },
      { what: 'memory under load', unit: 'MiB', ours: busy, aim: { under: 250 } },
    ];
  },
};

/** @param {import('../processes.mjs').Server} service @param {number} seconds */
async function mostUnderLoad({ url, pid }, seconds) {
  const users = await signUpUsers(url, CONNECTIONS);
  const headers = { authorization: `Bearer ${users[0]?.accessToken}` };
  const queries = [
    { query: '{ me { id } session { id } }' },
    { query: '{ me { id email sessions { nodes { id createdAt } } } }' },
  ];
  const load = Promise.all([
    runProgram('http-load', {
      url,
      operations: queries,
      mustContain: '"me":{"id"',
      headers,
      connections: CONNECTIONS,
      seconds,
    }),
    runProgram('http-load', {
      url,
      operations: users.map(signInOperation),
      mustContain: SIGNED_IN,
      connections: CONNECTIONS,
      seconds,
    }),
    runProgram('refresh-clients', {
      url,
      refreshTokens: users.map((user) => user.refreshToken),
      seconds,
    }),
  ]);
  let most = residentMemory(pid);
  let over = false;
  load
    .finally(() => {
      over = true;
    })
    .catch(() => {}); // whoever awaits `load` below is told
  while (!over) {
    most = Math.max(most, residentMemory(pid));
    await sleep(SAMPLE_MS);
  }
  await load;
  return most;
}
