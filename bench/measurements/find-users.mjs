import { post } from '../http-post.mjs';
import { runSql } from '../postgres.mjs';
import { startService } from '../processes.mjs';
import { signUpUsers } from '../users.mjs';

const USERS = 1_000_000;
const PAGE = 100;
const TIMES = 40;
const PAGES = USERS / PAGE;

/** How administrators find users among very many: the last page against the first, by prefix. */
export const findUsers = {
  name: 'find-users',
  about: `pages of ${USERS} users by cursor, and a search by prefix`,
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, progress }) {
    if (database.url === undefined) throw new Error('it takes PostgreSQL');
    const sql = /** @type {typeof runSql} */ ((_url, ...rest) => runSql(_url, ...rest));
    const { url } = database;
    await using service = await startService(database, workDir);
    const [admin] = await signUpUsers(service.url, 1);
    if (admin === undefined) throw new Error('there is no administrator');
    await sql(url, `update users set roles = '{admin}'`);
    await sql(
      url,
      `insert into users (id, realm_id, email, email_normalized, roles, created_at)
        select (lpad(to_hex(1700000000000 + i * 10), 12, '0') || '7000'
            || '8' || substr(md5(i::text), 1, 15))::uuid,
          'default', name, name, '{}', now()
        from generate_series(1, ${USERS}) i,
          lateral (select md5(i::text) || '@bench.example.com' as name) n`,
    );
    await sql(url, 'vacuum analyze users');
    progress(`${USERS} users`);
    const { accessToken } = await signInAgain(service.url, admin);
    const headers = { authorization: `Bearer ${accessToken}` };
    const ask = (/** @type {string} */ args, fields = 'nodes { id email roles }') =>
      timed(service.url, `{ users(first: ${PAGE}${args}) { ${fields} } }`, headers);

    const [{ id = '' } = {}] = await sql(
      url,
      `select id from users where realm_id = 'default' order by id desc
        offset ${(PAGES - 1) * PAGE - 1} limit 1`,
    );
    const after = `, after: "${Buffer.from(id).toString('base64url')}"`;
    const [first, last, prefix, count] = [
      await ask(''),
      await ask(after),
      await ask(', email: "abcd"'),
      await timed(service.url, '{ users(first: 1) { totalCount } }', headers),
    ];
    for (const line of await plan(url)) progress(line);
    const ratio = { middle: median(last) / median(first) };
    progress(`page ${PAGES} against page 1: ${ratio.middle.toFixed(2)}`);
    return [
      {
        what: `users, page ${PAGES} of ${PAGE}`,
        unit: 'ms',
        ours: last,
        theirs: first,
        comparedWith: 'page 1',
      },
      { what: 'users by a prefix of four letters', unit: 'ms', ours: prefix },
      { what: 'totalCount', unit: 'ms', ours: count },
    ];
  },
};

/** @param {string} url */
async function plan(url) {
  const rows = await runSql(
    url,
    `explain (analyze, costs off, timing off, summary off) select id from users
      where realm_id = 'default' and email_normalized ~>=~ 'abcd'
        and email_normalized ~<~ ('abcd' || U&'\\+10FFFF') order by id desc limit 101`,
  );
  return rows.map((row) => row['QUERY PLAN']);
}

/** @param {string} url @param {{ email: string }} user */
async function signInAgain(url, { email }) {
  const { signInOperation } = await import('../users.mjs');
  const { data } = await post(url, signInOperation({ email }));
  return data.signIn.tokens;
}

/**
 * Milliseconds of each of some requests, one after the other.
 * @param {string} url @param {string} query @param {Record<string, string>} headers
 */
async function timed(url, query, headers) {
  const milliseconds = [];
  for (let time = -3; time < TIMES; time += 1) {
    const from = performance.now();
    const { data } = await post(url, { query }, { headers });
    if (!data?.users) throw new Error('the list of users was refused');
    if (time >= 0) milliseconds.push(performance.now() - from);
  }
  return milliseconds;
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
