import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { pino } from 'pino';
import { migrations } from '../../dist/migrations/index.js';
import { storageOf } from '../../dist/src/app/storage.js';
import { openDatabase } from '../../dist/src/platform/database/database.js';
import { applyMigrations } from '../../dist/src/platform/database/migrations.js';
import { runSql } from '../postgres.mjs';

const USERS = 1_000_000;
const SESSIONS_EACH = 3;
const SAMPLE_MS = 50;

/** What all migrations after the first take on a large database, and how long they lock it. */
export const migration = {
  name: 'migration',
  about: `migrating ${USERS} users and ${USERS * SESSIONS_EACH} sessions of the first version`,
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ database, progress }) {
    if (database.url === undefined) throw new Error('it takes PostgreSQL');
    const url = new URL(database.url);
    const name = `${url.pathname.slice(1)}_migration`;
    await runSql(database.url, `create database ${name}`);
    url.pathname = `/${name}`;
    try {
      await migrate(url.href, migrations.slice(0, 1));
      for (const statement of FILL) await runSql(url.href, statement);
      progress('filled');
      const locks = await sampleLocks(url.href);
      const started = performance.now();
      await migrate(url.href, migrations);
      const seconds = (performance.now() - started) / 1000;
      const held = await locks.stop();
      for (const [table, ms] of held) progress(`${table}: locked for ${(ms / 1000).toFixed(1)} s`);
      const longest = Math.max(0, ...held.values()) / 1000;
      return [
        { what: 'migration', unit: 's', ours: [seconds] },
        { what: 'longest lock on a table', unit: 's', ours: [longest] },
      ];
    } finally {
      await runSql(database.url, `drop database ${name} with (force)`);
    }
  },
};

/** @param {string} url @param {typeof migrations} those */
async function migrate(url, those) {
  const storage = { ...storageOf(), migrations: those };
  const log = pino({ level: 'silent' });
  await using database = await openDatabase({ storage, url, dataDir: '', poolSize: 2 }, log);
  await applyMigrations(database);
}

const HASH = `\\x${'5a'.repeat(32)}`;
const PASSWORD = `$argon2id$v=19$m=19456,t=2,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`;
const FILL = [
  `insert into users (id, realm_id, email, email_normalized, roles, created_at)
    select gen_random_uuid(), 'default', 'User' || i || '@example.com',
      'user' || i || '@example.com', '{}', now() from generate_series(1, ${USERS}) i`,
  `insert into password_credentials (user_id, realm_id, hash, updated_at)
    select id, realm_id, '${PASSWORD}', now() from users`,
  `insert into sessions (id, realm_id, user_id, created_at, last_used_at, expires_at,
      absolute_expires_at, ended_at, amr, ip_address, user_agent, generation, current_hash)
    select gen_random_uuid(), realm_id, id, now(), now(), now() + interval '14 days',
      now() + interval '90 days', case when i = 1 then now() end, '{pwd}', '192.0.2.1',
      'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 0, '${HASH}'
    from users, generate_series(1, ${SESSIONS_EACH}) i`,
  'vacuum analyze',
];

const LOCKED = `select relation::regclass::text as table
  from pg_locks join pg_class on oid = relation
  where mode = 'AccessExclusiveLock' and granted and relkind = 'r'
    and relnamespace = 'public'::regnamespace
    and database = (select oid from pg_database where datname = current_database())`;

/**
 * Watches which tables nobody else can read; `stop` resolves to milliseconds by table.
 * @param {string} url
 */
async function sampleLocks(url) {
  const held = /** @type {Map<string, number>} */ (new Map());
  const client = new Client({ connectionString: url });
  await client.connect();
  let stopped = false;
  const watching = (async () => {
    for (let last = performance.now(); !stopped; await sleep(SAMPLE_MS)) {
      const { rows } = await client.query(LOCKED);
      const now = performance.now();
      for (const { table } of rows) held.set(table, (held.get(table) ?? 0) + now - last);
      last = now;
    }
  })();
  return {
    async stop() {
      stopped = true;
      await watching;
      await client.end();
      return held;
    },
  };
}
