import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Randomness } from './randomness.js';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A 256-bit key for one purpose, derived from a master secret (HKDF-SHA-256, RFC 5869). */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'authgraph', purpose, KEY_BYTES));
}

/** Authenticated encryption for one purpose (AES-256-GCM: iv, tag, ciphertext). */
export interface Seal {
  /** `context` is bound to the ciphertext: opening under another context fails. */
  seal(plaintext: string, context: string): Buffer;
  /** Throws when the box was made under another key or context, or was altered. */
  open(box: Uint8Array, context: string): string;
  /** True when the box opens, but not under the newest secret: seal its content again. */
  isOutdated(box: Uint8Array, context: string): boolean;
}

/** Keys derived from the values of AUTHGRAPH_SECRET. The newest makes, all of them read. */
export class Secrets {
  readonly #values: readonly string[];
  readonly #randomness: Randomness;

  /** `values`: newest first, at least one. */
  constructor(values: readonly string[], randomness: Randomness) {
    if (values.length === 0) throw new Error('there is no secret');
    this.#values = values;
    this.#randomness = randomness;
  }

  /** Keys for MACs of one purpose: make with the first, read with all. */
  macKeys(purpose: string): readonly Buffer[] {
    return this.#values.map((value) => deriveKey(value, purpose));
  }

  seal(purpose: string): Seal {
    const keys = this.macKeys(purpose);
    const [newest] = keys;
    if (newest === undefined) throw new Error('there is no secret');
    return {
      seal: (plaintext, context) => encrypt(newest, this.#randomness(IV_BYTES), plaintext, context),
      open: (box, context) => openWithAny(keys, box, context),
      isOutdated: (box, context) =>
        !opens(newest, box, context) && opensWithAny(keys, box, context),
    };
  }
}

function openWithAny(keys: readonly Buffer[], box: Uint8Array, context: string): string {
  for (const key of keys.slice(0, -1))
    if (opens(key, box, context)) return decrypt(key, box, context);
  return decrypt(keys.at(-1) ?? Buffer.alloc(0), box, context);
}

function opensWithAny(keys: readonly Buffer[], box: Uint8Array, context: string): boolean {
  return keys.some((key) => opens(key, box, context));
}

function opens(key: Buffer, box: Uint8Array, context: string): boolean {
  try {
    decrypt(key, box, context);
    return true;
  } catch {
    return false;
  }
}

function encrypt(key: Buffer, iv: Buffer, plaintext: string, context: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
}

function decrypt(key: Buffer, box: Uint8Array, context: string): string {
  const iv = box.subarray(0, IV_BYTES);
  const tag = box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
  const plaintext = decipher.update(box.subarray(IV_BYTES + TAG_BYTES));
  return Buffer.concat([plaintext, decipher.final()]).toString('utf8');
}
