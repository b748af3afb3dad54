import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

const SAVE = `insert into supertokens_roles (name, realm_id, permissions) values ($2, $1, $3)
  on conflict (name, realm_id) do update set permissions = array(
    select distinct each from unnest(supertokens_roles.permissions || excluded.permissions) each
    order by each)
  returning (xmax = 0) as created`;

/** Makes it, or adds to what it permits; resolves to whether it was made. */
export async function addRole(
  sql: SqlExecutor,
  realm: Realm,
  { name, permissions }: { readonly name: string; readonly permissions: readonly string[] },
): Promise<boolean> {
  const values = [realm.id, name, [...new Set(permissions)]];
  return (await sql.query<{ created: boolean }>(SAVE, values))[0]?.created ?? false;
}

const FIND = 'select permissions from supertokens_roles where realm_id = $1 and name = $2';

/** Undefined when there is no such role. */
export async function findPermissions(
  sql: SqlExecutor,
  realm: Realm,
  name: string,
): Promise<string[] | undefined> {
  return (await sql.query<{ permissions: string[] }>(FIND, [realm.id, name]))[0]?.permissions;
}

const REMOVE = `update supertokens_roles set permissions = case when $3::text[] is null then '{}'
    else array(select each from unnest(permissions) each where each <> all($3)) end
  where realm_id = $1 and name = $2 returning name`;

/** Takes these permissions, or all; false when there is no such role. */
export async function removePermissions(
  sql: SqlExecutor,
  realm: Realm,
  name: string,
  permissions: readonly string[] | null,
): Promise<boolean> {
  return (await sql.query(REMOVE, [realm.id, name, permissions])).length > 0;
}

const LIST = `select name from supertokens_roles
  where realm_id = $1 and ($2::text is null or $2 = any(permissions)) order by name`;

/** All roles, or those with a permission. */
export async function listRoles(
  sql: SqlExecutor,
  realm: Realm,
  permission: string | null = null,
): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(LIST, [realm.id, permission]);
  return rows.map(({ name }) => name);
}

const DELETE = 'delete from supertokens_roles where realm_id = $1 and name = $2 returning name';

/** With every assignment of it; false when there was none. */
export async function deleteRole(sql: SqlExecutor, realm: Realm, name: string): Promise<boolean> {
  return (await sql.query(DELETE, [realm.id, name])).length > 0;
}

export interface Assignment {
  readonly tenantId: string;
  readonly subject: string;
  readonly name: string;
}

/** From the role itself: nobody gets one that is gone. */
const ASSIGN = `insert into supertokens_role_assignments (tenant_id, subject, name, realm_id)
  select $2, $3, r.name, r.realm_id from supertokens_roles r
  where r.realm_id = $1 and r.name = $4 for key share
  on conflict do nothing returning name`;

/** False when they had it. */
export async function assignRole(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, subject, name }: Assignment,
): Promise<boolean> {
  return (await sql.query(ASSIGN, [realm.id, tenantId, subject, name])).length > 0;
}

const UNASSIGN = `delete from supertokens_role_assignments
  where realm_id = $1 and tenant_id = $2 and subject = $3 and name = $4 returning name`;

/** False when they did not have it. */
export async function unassignRole(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, subject, name }: Assignment,
): Promise<boolean> {
  return (await sql.query(UNASSIGN, [realm.id, tenantId, subject, name])).length > 0;
}

const OF_SUBJECT = `select name from supertokens_role_assignments
  where realm_id = $1 and tenant_id = $2 and subject = $3 order by name`;

export async function rolesOf(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, subject }: Omit<Assignment, 'name'>,
): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(OF_SUBJECT, [realm.id, tenantId, subject]);
  return rows.map(({ name }) => name);
}

const HOLDERS = `select subject from supertokens_role_assignments
  where realm_id = $1 and tenant_id = $2 and name = $3 order by subject`;

export async function holdersOf(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, name }: Omit<Assignment, 'subject'>,
): Promise<string[]> {
  const rows = await sql.query<{ subject: string }>(HOLDERS, [realm.id, tenantId, name]);
  return rows.map(({ subject }) => subject);
}

const DELETE_IN = `delete from supertokens_role_assignments
  where realm_id = $1 and tenant_id = $2 and subject = $3`;

/** Takes every role in a tenant. */
export async function deleteRolesIn(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, subject }: Omit<Assignment, 'name'>,
): Promise<void> {
  await sql.query(DELETE_IN, [realm.id, tenantId, subject]);
}
