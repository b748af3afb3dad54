import { createHash, createHmac } from 'node:crypto';
import type { Randomness } from '../../../kernel/randomness.js';
import { refuse } from '../protocol/core-error.js';

export const DEVICE_BYTES = 32;
const CODE_LIMIT = 1_000_000;
/** The largest multiple of the limit that four bytes can hold: what is beyond would be biased. */
const UNBIASED = Math.floor(2 ** 32 / CODE_LIMIT) * CODE_LIMIT;

/** What a device is known by outside: SHA-256 of its id. */
export function hashDevice(device: Buffer): string {
  return createHash('sha256').update(device).digest('base64url');
}

export function linkCodeOf(device: Buffer, salt: Uint8Array, userInputCode: string): Buffer {
  const key = Buffer.concat([device, salt]);
  return createHmac('sha256', key).update(userInputCode).digest();
}

export function hashLinkCode(linkCode: Buffer): string {
  return createHash('sha256').update(linkCode).digest('base64url');
}

/** Six digits that somebody can type. */
export function newUserInputCode(randomness: Randomness): string {
  for (;;) {
    const number = randomness(4).readUInt32BE();
    if (number < UNBIASED) return String(number % CODE_LIMIT).padStart(6, '0');
  }
}

/** Reads base64, standard or URL-safe, padded or not. */
export function readBase64(field: string, text: string): Buffer {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) refuse(400, `Input encoding error in ${field}`);
  return Buffer.from(text, 'base64');
}
