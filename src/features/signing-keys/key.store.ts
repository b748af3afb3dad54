import type { EntityManager } from '@mikro-orm/sql';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { StoredKey } from './key-material.js';
import { SigningKey } from './signing-key.entity.js';

/** Every signing key of a realm, oldest first. */
export async function readKeys(em: EntityManager, realmId: string): Promise<StoredKey[]> {
  return em.find(
    SigningKey,
    { realm: realmId },
    { orderBy: { activatesAt: 'asc' }, disableIdentityMap: true },
  );
}

export function addKey(em: EntityManager, realmId: string, key: StoredKey): void {
  em.create(SigningKey, {
    ...key,
    sealedPrivateJwk: Buffer.from(key.sealedPrivateJwk),
    realm: realmId,
  });
}

export async function deleteKeys(
  em: EntityManager,
  realmId: string,
  kids: readonly string[],
): Promise<number> {
  return em.nativeDelete(SigningKey, { realm: realmId, kid: { $in: [...kids] } });
}

const LOCK = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';

/** Makes everybody else who wants to change this realm's keys wait until the transaction ends. */
export async function lockKeys(sql: SqlExecutor, realmId: string): Promise<void> {
  await sql.query(LOCK, [`authgraph:signing-keys:${realmId}`]);
}
