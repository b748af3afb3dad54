import { setTimeout as sleep } from 'node:timers/promises';
import { post } from '../http-post.mjs';
import { runSql } from '../postgres.mjs';
import { residentMemory, startService } from '../processes.mjs';
import { signUpUsers } from '../users.mjs';

const MADE = 10_000;
const USED = 200;
const AT_ONCE = 10;
const SETTLE_MS = 2_000;

/** Memory of a service with very many realms, of which some are in use, against one realm. */
export const manyRealms = {
  name: 'realms',
  about: `memory with ${MADE} realms made and ${USED} in use, against one`,
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, progress }) {
    if (database.url === undefined) throw new Error('it takes PostgreSQL');
    const ids = await makeRealms(database.url);
    const one = await memoryAfter(database, workDir, Array(USED).fill(''));
    progress(`${USED} sign-ups in one realm: ${one.toFixed(0)} MiB`);
    const paths = ids.slice(0, USED).map((id) => `/realms/${id}`);
    const many = await memoryAfter(database, workDir, paths);
    progress(`one in each of ${USED} realms: ${many.toFixed(0)} MiB`);
    const what = `memory, ${MADE} realms, ${USED} in use`;
    return [
      { what, unit: 'MiB', ours: [many], theirs: [one], comparedWith: 'one realm' },
      { what: 'what they cost', unit: 'MiB', ours: [many - one], aim: { under: 100 } },
    ];
  },
};

/** @param {string} url @returns {Promise<string[]>} their ids */
async function makeRealms(url) {
  const rows = await runSql(
    url,
    `insert into realms (id) select 'bench-' || i from generate_series(1, ${MADE}) i
      on conflict (id) do update set id = excluded.id returning id`,
  );
  return rows.map(({ id }) => id);
}

/**
 * Signs a user up at each path of a fresh service, looks at `me` and at the keys there, and weighs
 * the process.
 * @param {import('../postgres.mjs').Database} database @param {string} workDir
 * @param {readonly string[]} paths
 */
async function memoryAfter(database, workDir, paths) {
  await using service = await startService(database, workDir);
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    await Promise.all(
      paths.slice(start, start + AT_ONCE).map(async (path) => {
        const url = `${service.url}${path}`;
        const [user] = await signUpUsers(url, 1);
        const headers = { authorization: `Bearer ${user?.accessToken}` };
        const { data } = await post(url, { query: '{ me { id } }' }, { headers });
        if (!data?.me) throw new Error(`${url} does not know its own user`);
        await (await fetch(`${url}/.well-known/jwks.json`)).text();
      }),
    );
  }
  await sleep(SETTLE_MS);
  return residentMemory(service.pid);
}
