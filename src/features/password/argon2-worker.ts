// What the threads of the password hasher run. It imports no file of ours: tests load it as it is.
import { createCipheriv, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import { hashSync, type Options, verifySync } from '@node-rs/argon2';
import { verify as verifyCrypt } from 'unixcrypt';

const require = createRequire(import.meta.url);

/** With a hash the password is verified against it, without one it is hashed. */
export interface HashTask {
  readonly password: string;
  readonly phc?: string;
  /** What to compute beside a hash that is cheaper than usual. */
  readonly topUp?: Options;
}

export interface HashBatch {
  /** What new hashes are made with. */
  readonly parameters: Options;
  readonly tasks: readonly HashTask[];
}

/** A new PHC string, whether the password matched, or why neither could be had. */
export type HashOutcome = string | boolean | Error;

/** Each task's outcome, in their order: one that fails takes no other with it. */
export function runBatch({ parameters, tasks }: HashBatch): HashOutcome[] {
  return tasks.map(({ password, phc, topUp }) => {
    try {
      if (topUp !== undefined) hashSync(password, topUp);
      if (phc === undefined) return hashSync(password, parameters);
      return phc.startsWith('$argon2')
        ? verifySync(phc, password)
        : verifyForeignHash(password, phc);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  });
}

const KEY_BYTES = 32;
const BLOCK_BYTES = 128;
export const FIREBASE_SCRYPT = '$firebase-scrypt$';
const STORED = /^m=(\d+),r=(\d+)\$([^$]*)\$([^$]+)$/;

/** Verifies a password against a hash that came from elsewhere, in the form it is stored in. */
function verifyForeignHash(password: string, hash: string): boolean {
  if (hash.startsWith(FIREBASE_SCRYPT)) return verifyFirebase(password, hash);
  if (hash.startsWith('$6$')) return verifyCrypt(password, hash);
  if (/^\$(?:pbkdf2|scrypt)/.test(hash)) return verifyDerived(password, hash);
  if (!hash.startsWith('$2')) throw new Error('the stored hash is of no known kind');
  if (password.includes('\0')) return false; // where bcrypt's own implementations stop reading
  // Loaded on demand: most services have no such hash.
  const bcrypt: typeof import('@node-rs/bcrypt') = require('@node-rs/bcrypt');
  return bcrypt.verifySync(password, hash);
}

/** PBKDF2 and scrypt: what the password and the salt make is the hash itself. */
function verifyDerived(password: string, hash: string): boolean {
  const [, kind = '', parameters = '', salted = '', expected = ''] = hash.split('$');
  const [salt, wanted] = [Buffer.from(salted, 'base64'), Buffer.from(expected, 'base64')];
  const named = new Map(parameters.split(',').map((each) => each.split('=') as [string, string]));
  const number = (name: string) => Number(named.get(name));
  if (kind.startsWith('pbkdf2-')) {
    const digest = kind.slice('pbkdf2-'.length);
    return timingSafeEqual(pbkdf2Sync(password, salt, number('i'), wanted.length, digest), wanted);
  }
  const [N, r, p] = [2 ** number('ln'), number('r'), number('p')];
  const options = { N, r, p, maxmem: 2 * BLOCK_BYTES * N * r * p };
  return timingSafeEqual(scryptSync(password, salt, wanted.length, options), wanted);
}

/** Firebase: scrypt gives a key, and that key a stream. */
function verifyFirebase(password: string, hash: string): boolean {
  const [, memory, rounds, salt, stream] = STORED.exec(hash.slice(FIREBASE_SCRYPT.length)) ?? [];
  if (!memory || !rounds || salt === undefined || !stream) return false;
  const [N, r] = [2 ** Number(memory), Number(rounds)];
  const options = { N, r, p: 1, maxmem: 2 * BLOCK_BYTES * N * r };
  const derived = scryptSync(password, Buffer.from(salt, 'base64'), 2 * KEY_BYTES, options);
  const cipher = createCipheriv('aes-256-ctr', derived.subarray(0, KEY_BYTES), Buffer.alloc(16));
  const expected = Buffer.from(stream, 'base64');
  return timingSafeEqual(cipher.update(Buffer.alloc(expected.length)), expected);
}
