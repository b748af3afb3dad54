import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

const TABLES_OF_SUBJECTS = [
  'supertokens_metadata',
  'supertokens_role_assignments',
  'supertokens_verified_emails',
  'supertokens_tokens',
  'supertokens_totp_devices',
  'supertokens_totp_attempts',
  'supertokens_active_users',
  'supertokens_sessions',
];
const STATEMENTS = TABLES_OF_SUBJECTS.map(
  (table) => `delete from ${table} where realm_id = $1 and subject = any($2)`,
);

/** Deletes what is kept under these ids, whoever they mean. */
export async function deleteSubjects(
  sql: SqlExecutor,
  realm: Realm,
  subjects: readonly string[],
): Promise<void> {
  for (const statement of STATEMENTS) await sql.query(statement, [realm.id, subjects]);
}

const DELETE_USER = 'delete from users where realm_id = $1 and id = $2';

export async function deleteOwner(sql: SqlExecutor, realm: Realm, ownerId: string): Promise<void> {
  await sql.query(DELETE_USER, [realm.id, ownerId]);
}
