import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

export interface DashboardUserRow {
  readonly id: string;
  readonly email: string;
  readonly hash: string;
  readonly createdAt: Date;
}

type Row = Omit<DashboardUserRow, 'createdAt'> & { readonly createdAt: string };

const COLUMNS = 'id, email, hash, created_at as "createdAt"';
const FIND = `select ${COLUMNS} from supertokens_dashboard_users
  where realm_id = $1 and (email = $2 or id::text = $3)`;
const LIST = `select ${COLUMNS} from supertokens_dashboard_users
  where realm_id = $1 order by created_at, id`;

export async function findDashboardUser(
  sql: SqlExecutor,
  realm: Realm,
  { email = null, userId = null }: { email?: string | null; userId?: string | null },
): Promise<DashboardUserRow | undefined> {
  const [row] = await sql.query<Row>(FIND, [realm.id, email, userId]);
  return row && fromRow(row);
}

export async function listDashboardUsers(
  sql: SqlExecutor,
  realm: Realm,
): Promise<DashboardUserRow[]> {
  return (await sql.query<Row>(LIST, [realm.id])).map(fromRow);
}

function fromRow(row: Row): DashboardUserRow {
  return { ...row, createdAt: new Date(row.createdAt) };
}

const INSERT = `insert into supertokens_dashboard_users (id, realm_id, email, hash, created_at)
  values ($2, $1, $3, $4, $5) on conflict do nothing returning id`;

/** False when somebody has the address. */
export async function insertDashboardUser(
  sql: SqlExecutor,
  realm: Realm,
  { id, email, hash, createdAt }: DashboardUserRow,
): Promise<boolean> {
  return (await sql.query(INSERT, [realm.id, id, email, hash, createdAt])).length > 0;
}

const UPDATE = `update supertokens_dashboard_users u set email = $3, hash = $4
  where realm_id = $1 and id = $2 and not exists (
    select 1 from supertokens_dashboard_users o
    where o.realm_id = $1 and o.email = $3 and o.id <> $2)
  returning id`;

/** False when somebody else has the address. */
export async function updateDashboardUser(
  sql: SqlExecutor,
  realm: Realm,
  { id, email, hash }: Omit<DashboardUserRow, 'createdAt'>,
): Promise<boolean> {
  return (await sql.query(UPDATE, [realm.id, id, email, hash])).length > 0;
}

const DELETE = 'delete from supertokens_dashboard_users where realm_id = $1 and id = $2';

export async function deleteDashboardUser(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
): Promise<void> {
  await sql.query(DELETE, [realm.id, id]);
}

const INSERT_SESSION = `insert into supertokens_dashboard_sessions
    (hash, realm_id, user_id, expires_at) values ($2, $1, $3, $4)`;
const FIND_SESSION = `select u.email from supertokens_dashboard_sessions s
  join supertokens_dashboard_users u on u.id = s.user_id and u.realm_id = s.realm_id
  where s.realm_id = $1 and s.hash = $2 and s.expires_at > $3`;
const DELETE_SESSION = `delete from supertokens_dashboard_sessions
  where realm_id = $1 and (hash = $2 or user_id = $3)`;

export async function insertDashboardSession(
  sql: SqlExecutor,
  realm: Realm,
  { hash, userId, expiresAt }: { hash: string; userId: string; expiresAt: Date },
): Promise<void> {
  await sql.query(INSERT_SESSION, [realm.id, hash, userId, expiresAt]);
}

/** Whose it is; undefined for none that counts. */
export async function findDashboardSession(
  sql: SqlExecutor,
  realm: Realm,
  hash: string,
  now: Date,
): Promise<string | undefined> {
  return (await sql.query<{ email: string }>(FIND_SESSION, [realm.id, hash, now]))[0]?.email;
}

/** One, or all of a user. */
export async function deleteDashboardSessions(
  sql: SqlExecutor,
  realm: Realm,
  { hash = null, userId = null }: { hash?: string | null; userId?: string | null },
): Promise<void> {
  await sql.query(DELETE_SESSION, [realm.id, hash, userId]);
}
