import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import type { JsonObject } from '../protocol/fields.js';

const FIND = 'select data from supertokens_metadata where realm_id = $1 and subject = $2';

/** Empty where there is none. */
export async function findMetadata(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
): Promise<JsonObject> {
  const [row] = await sql.query<{ data: string }>(FIND, [realm.id, subject]);
  return row === undefined ? {} : JSON.parse(row.data);
}

const LOCK = `insert into supertokens_metadata (subject, realm_id, data) values ($2, $1, '{}')
  on conflict (subject, realm_id) do update set data = supertokens_metadata.data
  returning data`;

/** Makes it if need be; others who change it wait until the transaction ends. */
export async function lockMetadata(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
): Promise<JsonObject> {
  const [row] = await sql.query<{ data: string }>(LOCK, [realm.id, subject]);
  return row === undefined ? {} : JSON.parse(row.data);
}

const SAVE = 'update supertokens_metadata set data = $3 where realm_id = $1 and subject = $2';

export async function saveMetadata(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
  data: JsonObject,
): Promise<void> {
  await sql.query(SAVE, [realm.id, subject, JSON.stringify(data)]);
}

const DELETE = 'delete from supertokens_metadata where realm_id = $1 and subject = $2';

export async function deleteMetadata(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
): Promise<void> {
  await sql.query(DELETE, [realm.id, subject]);
}
