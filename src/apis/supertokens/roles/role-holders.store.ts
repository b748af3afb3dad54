import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

export interface Assignment {
  readonly tenantId: string;
  readonly subject: string;
  readonly name: string;
}

const HOLD = `update users set roles = array_append(roles, $3)
  where realm_id = $1 and id = $2 and not roles @> array[$3] returning id`;

/** Gives a user a role that the graph shows; false when they have it. */
export async function grantToUser(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
  name: string,
): Promise<boolean> {
  return (await sql.query(HOLD, [realm.id, userId, name])).length > 0;
}

const RELEASE = `update users set roles = array_remove(roles, $3)
  where realm_id = $1 and ($2::uuid is null or id = $2) and roles @> array[$3] returning id`;

/** Takes it from a user, or from all (null); resolves to who had it. */
export async function takeFromUsers(
  sql: SqlExecutor,
  realm: Realm,
  userId: string | null,
  name: string,
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(RELEASE, [realm.id, userId, name]);
  return rows.map(({ id }) => id);
}

const ASSIGN = `insert into supertokens_role_assignments (tenant_id, subject, name, realm_id)
  values ($2, $3, $4, $1) on conflict do nothing returning name`;

/** Apart from the graph; false when they have it. The role must be locked. */
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
    where realm_id = $1 and tenant_id = $2 and subject = $3
  union
  select unnest(array_remove(roles, 'admin')) from users where realm_id = $1 and id = $4
  order by name`;

/** `userId`: the user of that subject, where the graph's roles count. */
export async function rolesOf(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, subject }: Omit<Assignment, 'name'>,
  userId: string | null,
): Promise<string[]> {
  const values = [realm.id, tenantId, subject, userId];
  const rows = await sql.query<{ name: string }>(OF_SUBJECT, values);
  return rows.map(({ name }) => name);
}

const HOLDERS = `select subject from supertokens_role_assignments
    where realm_id = $1 and tenant_id = $2 and name = $3
  union
  select coalesce(m.external_id, u.id::text) from users u
  left join supertokens_user_ids m on m.user_id = u.id and m.realm_id = u.realm_id
  where u.realm_id = $1 and $4 and u.roles @> array[$3]
  order by subject`;

export async function holdersOf(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, name }: Omit<Assignment, 'subject'>,
  { ofGraph }: { readonly ofGraph: boolean },
): Promise<string[]> {
  const values = [realm.id, tenantId, name, ofGraph];
  const rows = await sql.query<{ subject: string }>(HOLDERS, values);
  return rows.map(({ subject }) => subject);
}

const DELETE_IN = `delete from supertokens_role_assignments
  where realm_id = $1 and tenant_id = $2 and subject = $3`;

/** Takes every role in a tenant that is kept apart from the graph. */
export async function deleteRolesIn(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, subject }: Omit<Assignment, 'name'>,
): Promise<void> {
  await sql.query(DELETE_IN, [realm.id, tenantId, subject]);
}

const GRAPH_SESSIONS = `select n.id from sessions n
  where n.realm_id = $1 and n.user_id = $2 and n.ended_at is null and not exists (
    select 1 from supertokens_sessions s where s.id = n.id and s.realm_id = n.realm_id)`;

/** Those of the graph alone, whose tokens may carry what a user has lost. */
export async function findGraphSessions(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(GRAPH_SESSIONS, [realm.id, userId]);
  return rows.map(({ id }) => id);
}
