import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import type { JsonObject } from '../protocol/fields.js';

/** Where it is kept: with a user as their private metadata, or apart under a text. */
export interface MetadataOwner {
  readonly subject: string;
  readonly userId: string | null;
}

const FIND = `select
  (select private_metadata::text from users where realm_id = $1 and id = $3) as "ofUser",
  (select data from supertokens_metadata where realm_id = $1 and subject = $2) as apart`;

/** Empty where there is none. What is kept apart of a user came first under that id. */
export async function findMetadata(
  sql: SqlExecutor,
  realm: Realm,
  { subject, userId }: MetadataOwner,
): Promise<JsonObject> {
  const values = [realm.id, subject, userId];
  const [row] = await sql.query<{ ofUser: string | null; apart: string | null }>(FIND, values);
  return { ...JSON.parse(row?.ofUser ?? '{}'), ...JSON.parse(row?.apart ?? '{}') };
}

const LOCK_USER = 'select 1 from users where realm_id = $1 and id = $2 for update';
const LOCK = `insert into supertokens_metadata (subject, realm_id, data) values ($2, $1, '{}')
  on conflict (subject, realm_id) do update set data = supertokens_metadata.data`;

/** Others who change it wait until the transaction ends. */
export async function lockMetadata(
  sql: SqlExecutor,
  realm: Realm,
  { subject, userId }: MetadataOwner,
): Promise<void> {
  if (userId !== null) await sql.query(LOCK_USER, [realm.id, userId]);
  await sql.query(LOCK, [realm.id, subject]);
}

const SAVE = 'update supertokens_metadata set data = $3 where realm_id = $1 and subject = $2';
const SAVE_USER = 'update users set private_metadata = $3::jsonb where realm_id = $1 and id = $2';

/** It must be locked. */
export async function saveMetadata(
  sql: SqlExecutor,
  realm: Realm,
  { subject, userId }: MetadataOwner,
  data: JsonObject,
): Promise<void> {
  const text = JSON.stringify(data);
  if (userId === null) {
    await sql.query(SAVE, [realm.id, subject, text]);
    return;
  }
  await sql.query(SAVE_USER, [realm.id, userId, text]);
  await sql.query(DELETE, [realm.id, subject]);
}

const DELETE = 'delete from supertokens_metadata where realm_id = $1 and subject = $2';

export async function deleteMetadata(
  sql: SqlExecutor,
  realm: Realm,
  { subject, userId }: MetadataOwner,
): Promise<void> {
  if (userId !== null) await sql.query(SAVE_USER, [realm.id, userId, '{}']);
  await sql.query(DELETE, [realm.id, subject]);
}
