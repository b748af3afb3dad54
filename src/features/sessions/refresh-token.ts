import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { idFromBytes, idToBytes } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';

const PREFIX = 'ag_rt_';
const ID_BYTES = 16;
const GENERATION_BYTES = 4;
const SECRET_BYTES = 32;
const MAC_BYTES = 16;
const BODY_BYTES = ID_BYTES + GENERATION_BYTES + SECRET_BYTES;
const TOKEN_LENGTH = PREFIX.length + Math.ceil(((BODY_BYTES + MAC_BYTES) * 4) / 3);

/** What a refresh token says. The secret is 256 bits and is stored nowhere, only its hash is. */
export interface RefreshToken {
  readonly sessionId: string;
  readonly generation: number;
  readonly secret: Buffer;
}

/**
 * Writes and reads refresh tokens: `ag_rt_` + base64url(session id, generation, secret, MAC).
 * The MAC tells this service's own tokens, spent ones too, from garbage without a query. It proves
 * nothing else: the secret is checked by its hash.
 */
export interface RefreshTokenFormat {
  write(realm: Realm, token: RefreshToken): string;
  /** Undefined when the text is not a token of this realm that this service wrote. */
  read(realm: Realm, text: string): RefreshToken | undefined;
}

/** `macKeys`: newest first; the newest writes, all of them read. */
export function refreshTokenFormat(macKeys: readonly Buffer[]): RefreshTokenFormat {
  const [newest, ...older] = macKeys.map((key) => createSecretKey(key));
  if (newest === undefined) throw new Error('refresh tokens need a key');
  const macOf = (key: KeyObject, realm: Realm, body: Buffer) =>
    createHmac('sha256', key)
      .update(realm.id)
      .update('\0')
      .update(body)
      .digest()
      .subarray(0, MAC_BYTES);
  return {
    write(realm, { sessionId, generation, secret }) {
      const counter = Buffer.alloc(GENERATION_BYTES);
      counter.writeUInt32BE(generation);
      const body = Buffer.concat([idToBytes(sessionId), counter, secret]);
      return PREFIX + Buffer.concat([body, macOf(newest, realm, body)]).toString('base64url');
    },
    read(realm, text) {
      if (text.length !== TOKEN_LENGTH || !text.startsWith(PREFIX)) return undefined;
      const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
      // Node skips characters that are not base64url and ignores spare bits: only the one canonical
      // text is a token.
      if (PREFIX + bytes.toString('base64url') !== text) return undefined;
      const body = bytes.subarray(0, BODY_BYTES);
      const mac = bytes.subarray(BODY_BYTES);
      const isOurs = (key: KeyObject) => timingSafeEqual(mac, macOf(key, realm, body));
      if (!isOurs(newest) && !older.some(isOurs)) return undefined;
      return {
        sessionId: idFromBytes(body.subarray(0, ID_BYTES)),
        generation: body.readUInt32BE(ID_BYTES),
        secret: body.subarray(ID_BYTES + GENERATION_BYTES),
      };
    },
  };
}

/** What is stored of a secret. It has 256 random bits, so a fast hash is enough. */
export function hashSecret(secret: Buffer): Buffer {
  return hash('sha256', secret, 'buffer');
}

/**
 * The secret that follows `spent`. Whoever holds the spent token can be given the same successor
 * again, and whoever only reads the database (hashes and nonce) can compute neither.
 */
export function successorSecret(spent: Buffer, nonce: Uint8Array): Buffer {
  // a KeyObject, since Node takes four times as long with bytes
  return createHmac('sha256', createSecretKey(spent)).update(nonce).digest();
}

export const SECRET_SIZE = SECRET_BYTES;
