import { type ParsedHashOptions, parseOptions } from '@node-rs/argon2';
import { FIREBASE_SCRYPT } from './argon2-worker.js';

const BCRYPT = /^\$2[abxy]\$(\d{2})\$[./A-Za-z0-9]{53}$/;
/** Beyond these a single sign-in would hold a thread, or the memory of one, for too long. */
const MOST_BCRYPT_COST = 15;
const MOST_ARGON2 = { memoryCost: 262_144, timeCost: 10, parallelism: 16 };
const MOST_SCRYPT = { memory: 17, rounds: 16 };
/** As SuperTokens' core stores it: hash, salt, then cost, rounds and separator in any order. */
const FIREBASE = /^\$f_scrypt\$([^$]+)\$([^$]+)\$(.+)$/;

/**
 * The form in which a hash that another system made can be stored and verified here; undefined for
 * one of an unknown kind or of an absurd cost. Firebase's needs the project's signer key, in
 * base64.
 */
export function importableHash(hash: string, firebaseSignerKey?: string): string | undefined {
  if (hash.startsWith('$argon2')) return isBoundedArgon2(hash) ? hash : undefined;
  const cost = BCRYPT.exec(hash)?.[1];
  if (cost !== undefined) return Number(cost) <= MOST_BCRYPT_COST ? hash : undefined;
  return firebaseSignerKey === undefined ? undefined : unmask(hash, firebaseSignerKey);
}

function isBoundedArgon2(hash: string): boolean {
  const used = readParameters(hash);
  if (used === undefined) return false;
  const { memoryCost, timeCost, parallelism } = MOST_ARGON2;
  return (
    used.memoryCost <= memoryCost && used.timeCost <= timeCost && used.parallelism <= parallelism
  );
}

/** Undefined for what is no argon2 hash. */
export function readParameters(phc: string): ParsedHashOptions | undefined {
  try {
    return parseOptions(phc);
  } catch {
    return undefined;
  }
}

/**
 * Firebase encrypts its signer key under a key that it derives from the password. Without the
 * signer key what is left is the key stream, which the password alone proves: so that key need not
 * be stored beside the hashes.
 */
function unmask(hash: string, signerKey: string): string | undefined {
  const [, encrypted, salt, parameters] = FIREBASE.exec(hash) ?? [];
  if (encrypted === undefined || salt === undefined || parameters === undefined) return undefined;
  const named = new Map(
    parameters.split('$').map((each) => [each.slice(0, 2), each.slice(2)] as const),
  );
  const [memory, rounds] = [Number(named.get('m=')), Number(named.get('r='))];
  const isBounded = memory >= 1 && memory <= MOST_SCRYPT.memory && rounds >= 1;
  if (!isBounded || rounds > MOST_SCRYPT.rounds) return undefined;
  const [box, key] = [Buffer.from(encrypted, 'base64'), Buffer.from(signerKey, 'base64')];
  if (box.length === 0 || box.length !== key.length) return undefined;
  const stream = box.map((byte, at) => byte ^ (key[at] ?? 0));
  const salts = [salt, named.get('s=') ?? ''].map((each) => Buffer.from(each, 'base64'));
  const texts = [Buffer.concat(salts), stream].map((each) => Buffer.from(each).toString('base64'));
  return `${FIREBASE_SCRYPT}m=${memory},r=${rounds}$${texts.join('$')}`;
}

/** Base64, of this many characters, with or without its padding. */
const base64 = (from: number, to: number) => `[A-Za-z0-9+/]{${from},${to}}={0,2}`;

const SALT_AND_HASH = `\\$${base64(4, 128)}\\$${base64(16, 128)}`;
const OTHERS: readonly RegExp[] = [
  /^\$6\$(?:rounds=\d{4,7}\$)?[^$:\n]{1,16}\$[./A-Za-z0-9]{86}$/,
  new RegExp(`^\\$pbkdf2-sha(?:1|256|512)\\$i=[1-9]\\d{0,6}${SALT_AND_HASH}$`),
  new RegExp(`^\\$scrypt\\$ln=(?:[1-9]|1[0-7]),r=(?:[1-9]|1[0-6]),p=[1-4]${SALT_AND_HASH}$`),
  // Firebase's, as it is stored here
  new RegExp(`^\\$firebase-scrypt\\$m=(?:[1-9]|1[0-7]),r=(?:[1-9]|1[0-6])${SALT_AND_HASH}$`),
];
const FIREBASE_WITH_KEY =
  /^\$firebase-scrypt\$m=(\d+),r=(\d+),sep=([^,$]*),key=([^,$]+)\$([^$]+)\$([^$]+)$/;
const LONGEST = 512;

/**
 * The same for all kinds that a migration may bring: PBKDF2, scrypt and SHA-512 crypt, too, and
 * Firebase's with its signer key in the text.
 */
export function migratableHash(hash: string): string | undefined {
  if (hash.length > LONGEST) return undefined;
  const [, m, r, separator, key, salt, box] = FIREBASE_WITH_KEY.exec(hash) ?? [];
  if (box !== undefined) {
    return importableHash(`$f_scrypt$${box}$${salt}$m=${m}$r=${r}$s=${separator}`, key);
  }
  return OTHERS.some((form) => form.test(hash)) ? hash : importableHash(hash);
}
