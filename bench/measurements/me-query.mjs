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

/** The query that every page asks, against the same query on a bare Apollo-on-Fastify server that answers constants. */
export const meQuery = {
  name: 'me-query',
  about: 'the query of every page against a bare Apollo-on-Fastify server that answers constants',
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, rounds, seconds, progress }) {
    await using service = await startService(database, workDir);
    await using bare = await startBareServer(workDir);
    const [user] = await signUpUsers(service.url, 1);
    const headers = { authorization: `Bearer ${user?.accessToken}` };
    const rows = [];
    for (const [what, query] of Object.entries(QUERIES)) {
      const load = await loadOf(query, headers);
      for (const server of [service, bare]) await load(server, WARM_UP_SECONDS);
      progress(`${what}: warmed up`);
      const used = { ours: /** @type {number[]} */ ([]), theirs: /** @type {number[]} */ ([]) };
      const { ours, theirs } = await takeTurns(
        rounds,
        {
          ours: () => load(service, seconds, used.ours),
          theirs: () => load(bare, seconds, used.theirs),
        },
        progress,
      );
      const aim = what.includes('email') ? undefined : { atLeast: 0.9 };
      rows.push({
        what,
        unit: 'requests/s',
        ours,
        theirs,
        comparedWith: 'bare Apollo on Fastify',
        ratio: ratioOf(ours, theirs),
        aim,
      });
      if (used.ours.length === 0) continue;
      const saved = ratioOf(used.theirs, used.ours);
      rows.push({
        what: `${what}: processor time`,
        unit: 'µs/request',
        ours: used.ours,
        theirs: used.theirs,
        comparedWith: 'bare',
        ratio: saved,
      });
    }
    return rows;
  },
};

/**
 * Makes the function that asks a server one query for some seconds and resolves to its requests a second.
 * @param {string} query @param {Record<string, string>} headers
 */
async function loadOf(query, headers) {
  return async (
    /** @type {import('../processes.mjs').Server} */ { url, pid },
    /** @type {number} */ seconds,
    microseconds = /** @type {number[]} */ ([]),
  ) => {
    const expected = await post(url, { query }, { headers });
    if (!expected.data?.me?.id || !expected.data.session?.id) throw new Error(`the query was answered with ${JSON.stringify(expected)}`);
    const before = processorSeconds(pid);
    const task = { url, operations: [{ query }], headers, connections: CONNECTIONS, seconds, mustContain: JSON.stringify(expected.data) };
    const result = await runProgram('http-load', task);
    const after = processorSeconds(pid);
    if (before !== undefined && after !== undefined) microseconds.push(((after - before) * 1e6) / result.answered);
    return result.answered / result.seconds;
  };
}
