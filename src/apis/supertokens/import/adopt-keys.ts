import { createPrivateKey } from 'node:crypto';
import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import type { CoreKeys } from '../keys/core-keys.js';
import type { ImportedRefreshTokens } from '../session/imported-refresh-tokens.js';
import { readKeys, readRefreshKey } from './core-settings-source.store.js';
import type { CoreSource } from './source.js';

export interface AdoptKeysDeps {
  readonly keys: CoreKeys;
  readonly importedTokens: ImportedRefreshTokens;
}

/** Takes over what signs access tokens and encrypts refresh tokens: nobody has to sign in again. */
export async function adoptKeys(
  { keys, importedTokens }: AdoptKeysDeps,
  source: CoreSource,
  sql: SqlExecutor,
  { realm, appId }: { readonly realm: Realm; readonly appId: string },
): Promise<number> {
  let added = 0;
  for (const { kid, created, value } of await readKeys(source, appId)) {
    const createdAt = new Date(Number(created));
    if (await keys.adopt(sql, realm, { kid, createdAt, privateJwk: privateJwkOf(value) })) added++;
  }
  const refreshKey = await readRefreshKey(source, appId);
  if (refreshKey !== undefined) await importedTokens.adopt(sql, realm, refreshKey);
  return added;
}

/** The text holds the public half and the private one; the public one follows from that. */
function privateJwkOf(value: string): object {
  const der = Buffer.from(value.split(/[;|]/)[1] ?? '', 'base64');
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
}
