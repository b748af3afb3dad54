import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { post } from '../http-post.mjs';
import { runSql } from '../postgres.mjs';
import { commandOf, startService } from '../processes.mjs';
import { signUpUsers } from '../users.mjs';

const ROWS = 5_000_000;
const USERS = 100_000;
const OVER = 0.6;
const REFRESH = `mutation Refresh($refreshToken: String!) {
  refreshSession(input: { refreshToken: $refreshToken }) { __typename
    ... on SessionRefreshed { tokens { refreshToken } } } }`;

/** `authgraph cleanup` on very many rows, and what refreshes notice of it. */
export const cleanup = {
  name: 'cleanup',
  about: `cleanup of ${ROWS} sessions and ${ROWS} audit events while sessions are refreshed`,
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, workDir, progress }) {
    if (database.url === undefined) throw new Error('it takes PostgreSQL');
    await using service = await startService(database, workDir);
    const [user] = await signUpUsers(service.url, 1);
    if (user === undefined) throw new Error('there is no user');
    await fill(database.url);
    progress(`${ROWS} sessions and ${ROWS} audit events`);

    let { refreshToken } = user;
    const refresh = async () => {
      const from = performance.now();
      const { data } = await post(service.url, { query: REFRESH, variables: { refreshToken } });
      refreshToken = data.refreshSession.tokens.refreshToken;
      return performance.now() - from;
    };
    const refreshes = async (/** @type {() => boolean} */ isOver) => {
      const milliseconds = /** @type {number[]} */ ([]);
      while (!isOver()) {
        milliseconds.push(await refresh());
        await sleep(5);
      }
      return milliseconds;
    };
    const until = performance.now() + 10_000;
    const before = await refreshes(() => performance.now() > until);

    const started = performance.now();
    const { args, env } = commandOf(database, workDir, ['cleanup', '--json']);
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    const ended = once(child, 'close');
    const during = await refreshes(() => child.exitCode !== null);
    await ended;
    const seconds = (performance.now() - started) / 1000;
    if (child.exitCode !== 0) throw new Error(`cleanup ended with ${child.exitCode}`);
    progress(`${output.trim()} in ${seconds.toFixed(1)} s`);
    progress(`refreshes during it: ${during.length}, p99 ${p99(during).toFixed(1)} ms`);
    return [
      { what: 'cleanup of five million of each', unit: 's', ours: [seconds] },
      {
        what: 'refreshSession, p99 during cleanup',
        unit: 'ms',
        ours: [p99(during)],
        theirs: [p99(before)],
        comparedWith: 'without it',
      },
    ];
  },
};

/** @param {string} url */
async function fill(url) {
  await runSql(
    url,
    `insert into users (id, realm_id, email, email_normalized, roles, created_at)
      select gen_random_uuid(), 'default', i || '@x.example.com', i || '@x.example.com', '{}', now()
      from generate_series(1, ${USERS}) i`,
  );
  await runSql(
    url,
    `insert into sessions (id, realm_id, user_id, created_at, last_used_at, expires_at,
        absolute_expires_at, ended_at, amr, generation, current_hash)
      select gen_random_uuid(), 'default', u.id, now() - interval '40 days', now(),
        case when random() < ${OVER} / 2 then now() - interval '3 days'
          else now() + interval '10 days' end,
        now() + interval '50 days',
        case when random() < ${OVER} / 2 then now() - interval '5 days' end,
        '{pwd}', 0, '\\x00'::bytea
      from users u, generate_series(1, ${ROWS / USERS}) where u.email like '%@x.example.com'`,
  );
  await runSql(
    url,
    `insert into audit_events (realm_id, id, type, at, user_id, via, details)
      select 'default',
        (lpad(to_hex(ms), 12, '0') || '7000' || '8' || substr(md5(i::text), 1, 15))::uuid,
        'user.signed_in', to_timestamp(ms / 1000.0), gen_random_uuid(), 'graphql', '{"amr":["pwd"]}'
      from generate_series(1, ${ROWS}) i, lateral (
        select (extract(epoch from now()) * 1000)::bigint - i::bigint * 12000 as ms) t`,
  );
  await runSql(url, 'vacuum analyze sessions');
  await runSql(url, 'vacuum analyze audit_events');
}

/** @param {readonly number[]} values */
function p99(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;
}
