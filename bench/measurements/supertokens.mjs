import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, residentMemory, runProgram, startService } from '../processes.mjs';
import { ratioOf, takeTurns } from '../rounds.mjs';
import { SIGNED_IN, signInOperation, signUpUsers } from '../users.mjs';

const CLIENTS = 10;
const SETTLE_MS = 2_000;
const KEY = 'key-of-the-bench-1234567890';
const PASSWORD = 'mauve-otter-climbs-77';
const ME = { query: '{ me { id } session { id } }' };

/** The interface of SuperTokens' SDKs beside GraphQL, of one service, and what it takes at idle. */
export const supertokens = {
  name: 'supertokens',
  about: "sessions over the interface of SuperTokens' SDKs beside those over GraphQL; its memory",
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, rounds, seconds, progress }) {
    const port = await freePort();
    const settings = {
      AUTHGRAPH_SUPERTOKENS: 'true',
      AUTHGRAPH_SUPERTOKENS_PORT: String(port),
      AUTHGRAPH_SUPERTOKENS_API_KEYS: KEY,
    };
    const memory = await memoryOf({ database, workDir, rounds, settings, progress });
    await using service = await startService(database, workDir, settings);
    const core = `http://127.0.0.1:${port}`;
    const users = await signUpOverCore(core);
    const ofGraph = await signUpUsers(service.url, CLIENTS);
    let refreshTokens = ofGraph.map((user) => user.refreshToken);

    const overCore = (/** @type {string} */ call) => async () => {
      const task = { url: core, key: KEY, call, clients: CLIENTS, users, seconds };
      return rateOf(await runProgram('core-clients', task));
    };
    const load = async (/** @type {object} */ task) =>
      rateOf(
        await runProgram('http-load', { url: service.url, connections: CLIENTS, seconds, ...task }),
      );
    const headers = { authorization: `Bearer ${ofGraph[0]?.accessToken}` };
    const comparisons = [
      { call: 'create', graph: undefined },
      {
        call: 'verify',
        graph: () => load({ operations: [ME], mustContain: '"me":{"id"', headers }),
      },
      {
        call: 'refresh',
        graph: async () => {
          const task = { url: service.url, refreshTokens, seconds };
          const result = await runProgram('refresh-clients', task);
          refreshTokens = result.refreshTokens;
          return rateOf(result);
        },
      },
      {
        call: 'sign-in',
        graph: () => load({ operations: ofGraph.map(signInOperation), mustContain: SIGNED_IN }),
      },
    ];
    const rows = [];
    for (const { call, graph } of comparisons) {
      await overCore(call)(); // until what it runs is compiled
      /** @type {Record<string, () => Promise<number>>} */
      const sides = { ours: overCore(call), ...(graph === undefined ? {} : { theirs: graph }) };
      const { ours = [], theirs } = await takeTurns(rounds, sides, progress);
      const compared = theirs
        ? { theirs, comparedWith: GRAPH[call] ?? '', ratio: ratioOf(ours, theirs) }
        : {};
      rows.push({ what: `SuperTokens: ${call}`, unit: 'calls/s', ours, ...compared });
    }
    return [...rows, ...memory];
  },
};

/** @type {Record<string, string>} */
const GRAPH = { verify: 'me over GraphQL', refresh: 'refreshSession', 'sign-in': 'signIn' };

/** @param {{ answered: number, seconds: number }} result */
function rateOf({ answered, seconds }) {
  return answered / seconds;
}

/**
 * What a fresh service takes with the interface and without, in turn.
 * @param {Pick<import('../run.mjs').Bench, 'database' | 'workDir' | 'rounds' | 'progress'> & {
 * settings: Record<string, string> }} bench
 */
async function memoryOf({ database, workDir, rounds, settings, progress }) {
  const after = async (/** @type {Record<string, string>} */ env) => {
    await using service = await startService(database, workDir, env);
    await sleep(SETTLE_MS);
    return residentMemory(service.pid);
  };
  const more = /** @type {number[]} */ ([]);
  for (let round = 0; round < rounds; round += 1) {
    const [off, on] = [await after({}), await after(settings)];
    more.push(on - off);
    progress(`round ${round + 1}/${rounds}: ${off.toFixed(0)} MiB off, ${on.toFixed(0)} MiB on`);
  }
  return [{ what: 'SuperTokens: memory', unit: 'MiB more', ours: more, aim: { under: 10 } }];
}

/** @param {string} url */
async function signUpOverCore(url) {
  const headers = { 'content-type': 'application/json', 'cdi-version': '5.4', 'api-key': KEY };
  return Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const credentials = { email: `${randomUUID()}@bench.example.com`, password: PASSWORD };
      const body = JSON.stringify(credentials);
      const response = await fetch(`${url}/recipe/signup`, { method: 'POST', headers, body });
      const { user } = /** @type {{ user: { id: string } }} */ (await response.json());
      return { ...credentials, id: user.id };
    }),
  );
}
