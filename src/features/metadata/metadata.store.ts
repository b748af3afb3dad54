import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { JsonObject } from './metadata.policy.js';

/** What is stored with a user. */
export interface Metadata {
  readonly public: JsonObject;
  readonly private: JsonObject;
}

const LOCK = `select json_build_object('public', public_metadata, 'private', private_metadata)::text
    as metadata
  from users where realm_id = $1 and id = $2 for update`;

/** Others who want to change it wait until the transaction ends. */
export async function lockMetadata(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
): Promise<Metadata | undefined> {
  const [row] = await sql.query<{ metadata: string }>(LOCK, [realm.id, userId]);
  return row && JSON.parse(row.metadata);
}

const SET = `update users set public_metadata = $3::jsonb, private_metadata = $4::jsonb
  where realm_id = $1 and id = $2`;

export async function setMetadata(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
  metadata: Metadata,
): Promise<void> {
  const texts = [metadata.public, metadata.private].map((each) => JSON.stringify(each));
  await sql.query(SET, [realm.id, userId, ...texts]);
}
