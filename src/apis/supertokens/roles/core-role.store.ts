import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import type { RoleContent } from './role-content.policy.js';

const MAKE = `insert into roles (name, realm_id, scopes) values ($2, $1, '{}')
  on conflict do nothing returning name`;

/** False when it was there. */
export async function makeRole(sql: SqlExecutor, realm: Realm, name: string): Promise<boolean> {
  return (await sql.query(MAKE, [realm.id, name])).length > 0;
}

const LOCK = 'select scopes, permissions from roles where realm_id = $1 and name = $2 for update';

/** Undefined when there is no such role. Others who change or give it wait for the commit. */
export async function lockRole(
  sql: SqlExecutor,
  realm: Realm,
  name: string,
): Promise<RoleContent | undefined> {
  return (await sql.query<RoleContent>(LOCK, [realm.id, name]))[0];
}

const SAVE = 'update roles set scopes = $3, permissions = $4 where realm_id = $1 and name = $2';

export async function saveRole(
  sql: SqlExecutor,
  realm: Realm,
  name: string,
  { scopes, permissions }: RoleContent,
): Promise<void> {
  await sql.query(SAVE, [realm.id, name, [...scopes], [...permissions]]);
}

const FIND = `select array(select unnest(scopes || permissions) order by 1) as permissions
  from roles where realm_id = $1 and name = $2`;

/** All that it permits; undefined when there is no such role. */
export async function findPermissions(
  sql: SqlExecutor,
  realm: Realm,
  name: string,
): Promise<string[] | undefined> {
  return (await sql.query<{ permissions: string[] }>(FIND, [realm.id, name]))[0]?.permissions;
}

const LIST = `select name from roles
  where realm_id = $1 and ($2::text is null or $2 = any(scopes || permissions)) order by name`;

/** All roles, or those with a permission. */
export async function listRoles(
  sql: SqlExecutor,
  realm: Realm,
  permission: string | null = null,
): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(LIST, [realm.id, permission]);
  return rows.map(({ name }) => name);
}

const DELETE = 'delete from roles where realm_id = $1 and name = $2 returning name';

/** With every assignment of it; false when there was none. */
export async function deleteRole(sql: SqlExecutor, realm: Realm, name: string): Promise<boolean> {
  return (await sql.query(DELETE, [realm.id, name])).length > 0;
}
