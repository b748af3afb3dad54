import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { storageOf } from '../src/app/storage.js';
import { type Database, openDatabase } from '../src/platform/database/database.js';
import { applyMigrations } from '../src/platform/database/migrations.js';

const NAME = '20261130003001-supertokens-roles-and-metadata';
const [ANNA, BEN] = [
  '01940000-0000-7000-8000-00000000000a',
  '01940000-0000-7000-8000-00000000000b',
] as const;

/** An embedded database starts twice: seconds, unless the machine is busy with the other tests. */
const TWO_DATABASES_MS = 120_000;

let dataDir: string;
let database: Database;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'authgraph-roles-'));
  const log = pino({ level: 'silent' });
  const open = (upTo: number) => {
    const storage = { ...storageOf(), migrations: migrations.slice(0, upTo) };
    return openDatabase({ storage, dataDir, poolSize: 1 }, log);
  };
  const at = migrations.findIndex(({ name }) => name === NAME);
  {
    await using before = await open(at);
    await applyMigrations(before);
    for (const statement of ROWS) await before.query(statement);
  }
  database = await open(at + 1);
  expect(await applyMigrations(database)).toEqual([NAME]);
}, TWO_DATABASES_MS);
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const user = (id: string, roles: string, metadata: string) =>
  `insert into users (id, realm_id, email, email_normalized, roles, created_at, private_metadata)
    values ('${id}', 'default', '${id}', '${id}', '${roles}', now(), '${metadata}')`;
const assigned = (tenant: string, subject: string, role: string) =>
  `insert into supertokens_role_assignments (tenant_id, subject, name, realm_id)
    values ('${tenant}', '${subject}', '${role}', 'default')`;
const ROWS = [
  user(ANNA, '{admin,support}', '{"a":1,"b":1}'),
  user(BEN, '{}', '{}'),
  `insert into roles (name, realm_id, scopes) values ('support', 'default', '{users:read}')`,
  `insert into supertokens_roles (name, realm_id, permissions) values
    ('support', 'default', '{tickets}'), ('editor', 'default', '{write,"read all"}'),
    ('admin', 'default', '{everything}'), ('Chief', 'default', '{}')`,
  assigned('public', ANNA, 'editor'),
  assigned('public', BEN, 'editor'),
  assigned('public', BEN, 'support'),
  assigned('public', BEN, 'admin'),
  assigned('public', BEN, 'Chief'),
  assigned('t1', BEN, 'editor'),
  assigned('public', 'nobody', 'editor'),
  `insert into supertokens_metadata (subject, realm_id, data) values
    ('${ANNA}', 'default', '{"b":2,"c":null}'), ('${BEN}', 'default', '{"x":"\\u0000"}'),
    ('nobody', 'default', '{}')`,
];

it('shows the graph the roles that mean the same, and gives nobody more than before', async () => {
  expect(await database.query('select id, roles from users order by id')).toEqual([
    { id: ANNA, roles: ['admin', 'editor', 'support'] },
    { id: BEN, roles: ['editor'] },
  ]);
  const roles = 'select name, scopes, permissions from roles order by name collate "C"';
  expect(await database.query(roles)).toEqual([
    { name: 'Chief', scopes: [], permissions: [] },
    { name: 'admin', scopes: [], permissions: ['everything'] },
    { name: 'editor', scopes: [], permissions: ['write', 'read all'] },
    { name: 'support', scopes: ['users:read'], permissions: ['tickets'] },
  ]);
  const apart = `select tenant_id, subject, name from supertokens_role_assignments
    order by tenant_id, subject, name collate "C"`;
  expect(await database.query(apart)).toEqual([
    { tenant_id: 'public', subject: BEN, name: 'Chief' },
    { tenant_id: 'public', subject: BEN, name: 'admin' },
    { tenant_id: 'public', subject: BEN, name: 'support' },
    { tenant_id: 'public', subject: 'nobody', name: 'editor' },
    { tenant_id: 't1', subject: BEN, name: 'editor' },
  ]);
});

it('makes metadata of users private ones, but for what these cannot hold', async () => {
  const metadata = 'select private_metadata::text as text from users order by id';
  const rows = await database.query<{ text: string }>(metadata);
  expect(rows.map(({ text }) => JSON.parse(text))).toEqual([{ a: 1, b: 2, c: null }, {}]);
  const apart = 'select subject from supertokens_metadata order by subject';
  expect(await database.query(apart)).toEqual([{ subject: BEN }, { subject: 'nobody' }]);
});
