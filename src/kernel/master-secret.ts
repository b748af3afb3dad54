import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Randomness } from './randomness.js';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A 256-bit key for one purpose, derived from AUTHGRAPH_SECRET (HKDF-SHA-256, RFC 5869). */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'authgraph', purpose, KEY_BYTES));
}

/** Authenticated encryption under one derived key (AES-256-GCM: iv, tag, ciphertext). */
export interface Seal {
  /** `context` is bound to the ciphertext: opening under another context fails. */
  seal(plaintext: string, context: string): Buffer;
  /** Throws when the box was made under another key or context, or was altered. */
  open(box: Uint8Array, context: string): string;
}

export function createSeal(key: Buffer, randomness: Randomness): Seal {
  return {
    seal(plaintext, context) {
      const iv = randomness(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
    },
    open(box, context) {
      const iv = box.subarray(0, IV_BYTES);
      const tag = box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
      const plaintext = decipher.update(box.subarray(IV_BYTES + TAG_BYTES));
      return Buffer.concat([plaintext, decipher.final()]).toString('utf8');
    },
  };
}
