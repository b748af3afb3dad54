import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { RoleWithScopes } from './role.policy.js';

const LIST = 'select name, scopes from roles where realm_id = $1 order by name';

/** The roles that a realm defined, by name. */
export async function listRoles(sql: SqlExecutor, realm: Realm): Promise<RoleWithScopes[]> {
  return sql.query<RoleWithScopes>(LIST, [realm.id]);
}

const FIND = 'select name from roles where realm_id = $1 and name = any($2) for share';

/** Which of these names are roles of the realm. None of them goes until the transaction ends. */
export async function existingRoles(
  sql: SqlExecutor,
  realm: Realm,
  names: readonly string[],
): Promise<string[]> {
  return (await sql.query<{ name: string }>(FIND, [realm.id, names])).map(({ name }) => name);
}

const SAVE = `insert into roles (realm_id, name, scopes) values ($1, $2, $3)
  on conflict (name, realm_id) do update set scopes = excluded.scopes`;

export async function upsertRole(
  sql: SqlExecutor,
  realm: Realm,
  { name, scopes }: RoleWithScopes,
): Promise<void> {
  await sql.query(SAVE, [realm.id, name, scopes]);
}

const LOCK = 'select 1 from roles where realm_id = $1 and name = $2 for update';

/** True when there is such a role. Nobody is granted it until the transaction ends. */
export async function lockRole(sql: SqlExecutor, realm: Realm, name: string): Promise<boolean> {
  return (await sql.query(LOCK, [realm.id, name])).length > 0;
}

const DELETE = 'delete from roles where realm_id = $1 and name = $2';

export async function deleteRoleRow(sql: SqlExecutor, realm: Realm, name: string): Promise<void> {
  await sql.query(DELETE, [realm.id, name]);
}

const LOCK_ADMINISTRATORS = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';
const ANOTHER_ADMINISTRATOR = `select 1 from users
  where realm_id = $1 and roles @> array['admin'] and disabled_at is null and id <> $2 limit 1`;

/**
 * True when somebody besides this user is an administrator who can sign in. Others who ask wait
 * until the transaction ends: two administrators could else remove each other.
 */
export async function hasOtherAdministrator(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
): Promise<boolean> {
  await sql.query(LOCK_ADMINISTRATORS, [`authgraph:administrators:${realm.id}`]);
  return (await sql.query(ANOTHER_ADMINISTRATOR, [realm.id, userId])).length > 0;
}
