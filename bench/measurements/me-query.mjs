import { post } from '../http-post.mjs';
import { processorSeconds, runProgram, startBareServer, startService } from '../processes.mjs';
import { ratioOf, takeTurns } from '../rounds.mjs';
import { signUpUsers } from '../users.mjs';

const CONNECTIONS = 20;
/** Either server gets faster for about this long, until all that it runs is compiled. */
const WARM_UP_SECONDS = 12;
const QUERIES = {
  '{ me { id } session { id } }': '{ me { id } session { id } }',
  'the same with email': '{ me { id email } session { id } }',
};

/**
 * Two processes that run the same differ by up to a tenth for as long as they live, so several of
 * each are measured.
 */
const PAIRS = 3;

/**
 * The query that every page asks, against the same query on a bare Apollo-on-Fastify server that
 * answers constants.
 */
export const meQuery = {
  name: 'me-query',
  about: 'the query of every page against a bare Apollo-on-Fastify server that answers constants',
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, rounds, seconds, progress }) {
    const results = Object.keys(QUERIES).map(() => ({
      ours: /** @type {number[]} */ ([]),
      theirs: /** @type {number[]} */ ([]),
    }));
    const used = structuredClone(results);
    for (let pair = 1; pair <= PAIRS; pair += 1) {
      await using service = await startService(database, workDir);
      await using bare = await startBareServer(workDir);
      const [user] = await signUpUsers(service.url, 1);
      const headers = { authorization: `Bearer ${user?.accessToken}` };
      for (const [index, [what, query]] of Object.entries(QUERIES).entries()) {
        const load = await loadOf(query, headers);
        for (const server of [service, bare]) await load(server, WARM_UP_SECONDS);
        progress(`${what}: pair ${pair}/${PAIRS} warmed up`);
        const { ours, theirs } = await takeTurns(
          rounds,
          {
            ours: () => load(service, seconds, used[index]?.ours),
            theirs: () => load(bare, seconds, used[index]?.theirs),
          },
          progress,
        );
        results[index]?.ours.push(...ours);
        results[index]?.theirs.push(...theirs);
      }
    }
    return Object.keys(QUERIES).flatMap((what, index) => rowsOf(what, results[index], used[index]));
  },
};

/** @typedef {{ ours: number[], theirs: number[] }} Sides */

/**
 * @param {string} what @param {Sides | undefined} requests a second @param {Sides | undefined} used
 * microseconds of processor time a request
 */
function rowsOf(what, requests, used) {
  if (requests === undefined) return [];
  const aim = what.includes('email') ? {} : { aim: { atLeast: 0.85 } };
  const ratio = ratioOf(requests.ours, requests.theirs);
  const rows = [
    {
      what,
      unit: 'requests/s',
      ...requests,
      comparedWith: 'bare Apollo on Fastify',
      ratio,
      ...aim,
    },
  ];
  if (used === undefined || used.ours.length === 0) return rows;
  const saved = ratioOf(used.theirs, used.ours);
  return [
    ...rows,
    {
      what: `${what}: processor time`,
      unit: 'µs/request',
      ...used,
      comparedWith: 'bare',
      ratio: saved,
    },
  ];
}

/**
 * Makes the function that asks a server one query for some seconds and resolves to its requests a
 * second.
 * @param {string} query @param {Record<string, string>} headers
 */
async function loadOf(query, headers) {
  return async (
    /** @type {import('../processes.mjs').Server} */ { url, pid },
    /** @type {number} */ seconds,
    microseconds = /** @type {number[]} */ ([]),
  ) => {
    const expected = await post(url, { query }, { headers });
    if (!expected.data?.me?.id || !expected.data.session?.id)
      throw new Error(`the query was answered with ${JSON.stringify(expected)}`);
    const before = processorSeconds(pid);
    const task = {
      url,
      operations: [{ query }],
      headers,
      connections: CONNECTIONS,
      seconds,
      mustContain: JSON.stringify(expected.data),
    };
    const result = await runProgram('http-load', task);
    const after = processorSeconds(pid);
    if (before !== undefined && after !== undefined)
      microseconds.push(((after - before) * 1e6) / result.answered);
    return result.answered / result.seconds;
  };
}
