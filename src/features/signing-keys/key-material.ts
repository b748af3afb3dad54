import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import type { Seal } from '../../kernel/secrets.js';
import type { SigningAlgorithm } from './signing-key.policy.js';

/** A signing key as it is stored and cached: the private half is sealed. */
export interface StoredKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly publicJwk: JWK;
  readonly sealedPrivateJwk: Uint8Array;
  readonly createdAt: Date;
  readonly activatesAt: Date;
}

/** A signing key that is ready to use. `publicJwk` is what the JWKS shows. */
export interface LoadedKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly publicJwk: JWK;
  readonly createdAt: Date;
  readonly activatesAt: Date;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

const RSA_BITS = 2048;

export async function generateKey(
  algorithm: SigningAlgorithm,
  seal: Seal,
  realmId: string,
  times: { readonly createdAt: Date; readonly activatesAt: Date },
): Promise<StoredKey> {
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: RSA_BITS });
  const publicPart = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicPart, 'sha256');
  const privateJwk = JSON.stringify(await exportJWK(pair.privateKey));
  return {
    kid,
    algorithm,
    publicJwk: { ...publicPart, kid, alg: algorithm, use: 'sig' },
    sealedPrivateJwk: seal.seal(privateJwk, sealContext(realmId, kid)),
    ...times,
  };
}

/**
 * Throws when the key was sealed under another AUTHGRAPH_SECRET. The public half is derived from
 * the sealed private one, whatever the database says it is: writing there must not forge tokens.
 */
export async function loadKey(key: StoredKey, seal: Seal, realmId: string): Promise<LoadedKey> {
  const { kid, algorithm, createdAt, activatesAt } = key;
  const privateJwk = JSON.parse(openSealed(key, seal, realmId)) as JWK; // we sealed it
  const publicPart = publicPartOf(privateJwk);
  if ((await calculateJwkThumbprint(publicPart, 'sha256')) !== kid) {
    throw new Error(`signing key ${kid} is not the key that its id names`);
  }
  const publicJwk = { ...publicPart, kid, alg: algorithm, use: 'sig' };
  const publicKey = await importAsymmetric(publicJwk, algorithm);
  const privateKey = await importAsymmetric(privateJwk, algorithm);
  return { kid, algorithm, publicJwk, createdAt, activatesAt, publicKey, privateKey };
}

/**
 * Rejects unless one of the keys opens, or there is none. With a wrong secret nothing may be
 * written: the nodes could not open a new key.
 */
export async function assertSecret(
  keys: readonly StoredKey[],
  seal: Seal,
  realmId: string,
): Promise<void> {
  const results = await Promise.allSettled(keys.map((key) => loadKey(key, seal, realmId)));
  const failed = results.filter((each) => each.status === 'rejected');
  if (failed[0] !== undefined && failed.length === keys.length) throw failed[0].reason;
}

/** The members of RFC 7518 and RFC 8037 that are public, and no other. */
function publicPartOf({ kty, crv, x, y, n, e }: JWK): JWK {
  const members = { kty, crv, x, y, n, e };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/**
 * The cipher's own message means nothing to an operator, and logs show the innermost cause: so this
 * is it.
 */
function openSealed({ kid, sealedPrivateJwk }: StoredKey, seal: Seal, realmId: string): string {
  try {
    return seal.open(sealedPrivateJwk, sealContext(realmId, kid));
  } catch {
    throw new Error(
      `signing key ${kid} cannot be opened: AUTHGRAPH_SECRET is not the one it was sealed with`,
    );
  }
}

async function importAsymmetric(jwk: JWK, algorithm: string): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new Error('a signing key must be asymmetric');
  return key;
}

function sealContext(realmId: string, kid: string): string {
  return `signing-key:${realmId}:${kid}`;
}
