import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';

const SET_DUE = 'update users set deletion_due_at = $3 where realm_id = $1 and id = $2';

export async function setDeletionDue(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
  dueAt: Date,
): Promise<void> {
  await sql.query(SET_DUE, [realm.id, userId, dueAt]);
}

const CANCEL = `update users set deletion_due_at = null
  where realm_id = $1 and id = $2 and deletion_due_at is not null returning id`;

/** True when the user was to be deleted. */
export async function cancelDeletion(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
): Promise<boolean> {
  return (await sql.query(CANCEL, [realm.id, userId])).length > 0;
}

const IS_DUE = 'select 1 from users where realm_id = $1 and id = $2 and deletion_due_at <= $3';

export async function isDeletionDue(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
  now: Date,
): Promise<boolean> {
  return (await sql.query(IS_DUE, [realm.id, userId, now])).length > 0;
}
