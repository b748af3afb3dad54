import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { TokenOwner } from '../../platform/hooks/hook-functions.js';

type OwnedMetadata = Pick<TokenOwner, 'publicMetadata' | 'privateMetadata'>;

const FIND = `select json_build_object('publicMetadata', public_metadata,
    'privateMetadata', private_metadata)::text as metadata
  from users where realm_id = $1 and id = $2`;

/** What is stored with a user; nothing with one who is not stored yet. */
export async function metadataOf(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
): Promise<OwnedMetadata> {
  const [row] = await sql.query<{ metadata: string }>(FIND, [realm.id, userId]);
  return row === undefined ? { publicMetadata: {}, privateMetadata: {} } : JSON.parse(row.metadata);
}
