import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';

/** A user whom an administrator is about to change. */
export interface ManagedUser {
  readonly id: string;
  readonly roles: readonly string[];
  readonly disabled: boolean;
}

const LOCK = `select id, roles, disabled_at is not null as disabled
  from users where realm_id = $1 and id = $2 for update`;

/** Others who want to change this user wait until the transaction ends. */
export async function lockUser(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
): Promise<ManagedUser | undefined> {
  return (await sql.query<ManagedUser>(LOCK, [realm.id, id]))[0];
}

const SET_DISABLED = 'update users set disabled_at = $3 where realm_id = $1 and id = $2';

/** Null enables. */
export async function setDisabled(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  disabledAt: Date | null,
): Promise<void> {
  await sql.query(SET_DISABLED, [realm.id, id, disabledAt]);
}

const SET_ROLES = 'update users set roles = $3 where realm_id = $1 and id = $2';

export async function setRoles(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  roles: readonly string[],
): Promise<void> {
  await sql.query(SET_ROLES, [realm.id, id, roles]);
}

const DELETE = 'delete from users where realm_id = $1 and id = $2';

/** With all that belongs to them. */
export async function deleteUserRow(sql: SqlExecutor, realm: Realm, id: string): Promise<void> {
  await sql.query(DELETE, [realm.id, id]);
}

const RELEASE = `update users set roles = array_remove(roles, $2)
  where realm_id = $1 and id in (
    select id from users where realm_id = $1 and roles @> array[$2] order by id limit $3 for update
  ) returning id`;

/** Takes a role from up to `most` of its holders; resolves to their ids. */
export async function releaseRole(
  sql: SqlExecutor,
  realm: Realm,
  role: string,
  most: number,
): Promise<string[]> {
  return (await sql.query<{ id: string }>(RELEASE, [realm.id, role, most])).map(({ id }) => id);
}
