import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

export interface StoredCoreKey {
  readonly kid: string;
  readonly sealed: Uint8Array;
  readonly createdAt: Date;
}

type Row = Omit<StoredCoreKey, 'createdAt'> & { readonly createdAt: string };

const FIND = `select kid, sealed_private_jwk as sealed, created_at as "createdAt"
  from supertokens_keys where realm_id = $1 order by created_at desc, kid`;

/** Newest first. */
export async function findCoreKeys(sql: SqlExecutor, realm: Realm): Promise<StoredCoreKey[]> {
  const rows = await sql.query<Row>(FIND, [realm.id]);
  return rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt) }));
}

const INSERT = `insert into supertokens_keys (kid, realm_id, sealed_private_jwk, created_at)
  values ($1, $2, $3, $4) on conflict do nothing returning kid`;

/** False when there is one of that id. */
export async function insertCoreKey(
  sql: SqlExecutor,
  realm: Realm,
  { kid, sealed, createdAt }: StoredCoreKey,
): Promise<boolean> {
  return (await sql.query(INSERT, [kid, realm.id, sealed, createdAt])).length > 0;
}

const DELETE = 'delete from supertokens_keys where realm_id = $1 and kid = any($2)';

export async function deleteCoreKeys(
  sql: SqlExecutor,
  realm: Realm,
  kids: readonly string[],
): Promise<void> {
  await sql.query(DELETE, [realm.id, [...kids]]);
}

const LOCK = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';

/** Of many nodes that find a key due, one makes it; the others find it made. */
export async function lockCoreKeys(sql: SqlExecutor, realm: Realm): Promise<void> {
  await sql.query(LOCK, [`authgraph:supertokens-keys:${realm.id}`]);
}
