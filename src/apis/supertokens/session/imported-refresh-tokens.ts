import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Realm } from '../../../kernel/realm.js';
import type { Seal } from '../../../kernel/secrets.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { type CoreRefreshToken, parseContent } from './core-refresh-token.js';
import { findRefreshKey, insertRefreshKey } from './imported-refresh-key.store.js';

const FORM = /^([A-Za-z0-9+/]{40,}={0,2})\.([0-9a-f]{64})\.V2$/;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ROUNDS = 100;
const MOST_KEPT = 500;
/** Until an import is noticed; guesses cost no query meanwhile. */
const KEPT_MS = 10_000;

/** Reads the refresh tokens that a SuperTokens core made, with the key that came from there. */
export class ImportedRefreshTokens {
  readonly #sql: SqlExecutor;
  readonly #seal: Seal;
  readonly #keys = new LRUCache<string, string>({ max: MOST_KEPT, ttl: KEPT_MS });

  constructor(sql: SqlExecutor, seal: Seal) {
    this.#sql = sql;
    this.#seal = seal;
  }

  /** Undefined for what that core did not make for this app. */
  async read(realm: Realm, text: string): Promise<CoreRefreshToken | undefined> {
    const [, box = '', nonce] = FORM.exec(text) ?? [];
    if (nonce === undefined) return undefined;
    const key = this.#keys.get(realm.id) ?? (await this.#load(realm));
    if (key === '') return undefined;
    const content = decrypt(Buffer.from(box, 'base64'), key);
    return content?.includes(nonce) ? parseContent(content) : undefined;
  }

  /** False when the realm has a key from an import before. */
  async adopt(sql: SqlExecutor, realm: Realm, key: string): Promise<boolean> {
    return insertRefreshKey(sql, realm, this.#seal.seal(key, contextOf(realm)));
  }

  /** Empty where there is none. */
  async #load(realm: Realm): Promise<string> {
    const sealed = await findRefreshKey(this.#sql, realm);
    const key = sealed === undefined ? '' : this.#seal.open(sealed, contextOf(realm));
    this.#keys.set(realm.id, key);
    return key;
  }
}

function contextOf(realm: Realm): string {
  return `supertokens-imported-refresh-key:${realm.id}`;
}

/** AES-256-GCM under PBKDF2 of the key text, salted with the IV, as the core has it. */
function decrypt(box: Buffer, keyText: string): string | undefined {
  const [iv, tag] = [box.subarray(0, IV_BYTES), box.subarray(-TAG_BYTES)];
  if (box.length <= IV_BYTES + TAG_BYTES) return undefined;
  const key = pbkdf2Sync(keyText, iv, ROUNDS, 32, 'sha512');
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tag);
  try {
    const content = decipher.update(box.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([content, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
