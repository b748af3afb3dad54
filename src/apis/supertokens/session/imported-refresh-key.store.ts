import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

const FIND = `select sealed_key as sealed from supertokens_refresh_keys where realm_id = $1`;

export async function findRefreshKey(
  sql: SqlExecutor,
  realm: Realm,
): Promise<Uint8Array | undefined> {
  return (await sql.query<{ sealed: Uint8Array }>(FIND, [realm.id]))[0]?.sealed;
}

const SAVE = `insert into supertokens_refresh_keys (realm_id, sealed_key) values ($1, $2)
  on conflict do nothing returning realm_id`;

/** False when the realm has one. */
export async function insertRefreshKey(
  sql: SqlExecutor,
  realm: Realm,
  sealed: Uint8Array,
): Promise<boolean> {
  return (await sql.query(SAVE, [realm.id, sealed])).length > 0;
}
