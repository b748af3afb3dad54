import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Realm } from '../../kernel/realm.js';

/** For how long a nonce is taken. Clients get a new one with each answer. */
const LIFETIME_SECONDS = 300;
const SKEW_SECONDS = 5;
const TIME_BYTES = 6;
const MAC_BYTES = 16;

/**
 * Nonces that the service hands out for proofs (RFC 9449 section 8): the time and a MAC, so that
 * every node takes those of any other and none is stored.
 */
export class ProofNonces {
  readonly #keys: readonly Buffer[];

  /** `macKeys`: newest first; the newest makes, all of them take. */
  constructor(macKeys: readonly Buffer[]) {
    this.#keys = macKeys;
  }

  make(realm: Realm, now: Date): string {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUIntBE(Math.floor(now.getTime() / 1000), 0, TIME_BYTES);
    return Buffer.concat([time, macOf(this.#keys[0], realm, time)]).toString('base64url');
  }

  accepts(realm: Realm, nonce: string | undefined, now: Date): boolean {
    const bytes = Buffer.from(nonce ?? '', 'base64url');
    if (bytes.length !== TIME_BYTES + MAC_BYTES) return false;
    const [time, mac] = [bytes.subarray(0, TIME_BYTES), bytes.subarray(TIME_BYTES)];
    if (!this.#keys.some((key) => timingSafeEqual(mac, macOf(key, realm, time)))) return false;
    const age = now.getTime() / 1000 - time.readUIntBE(0, TIME_BYTES);
    return age >= -SKEW_SECONDS && age <= LIFETIME_SECONDS;
  }
}

function macOf(key: Buffer | undefined, realm: Realm, time: Buffer): Buffer {
  if (key === undefined) throw new Error('nonces need a key');
  const mac = createHmac('sha256', key).update(realm.id).update('\0').update(time).digest();
  return mac.subarray(0, MAC_BYTES);
}
