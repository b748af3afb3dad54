import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  webcrypto,
} from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, type JWK } from 'jose';

type Json = { readonly [name: string]: unknown };

/** What an attacker is given, and more: even the service's own private key. */
export interface Forge {
  /** The key that signs genuine tokens. */
  readonly key: {
    readonly kid: string;
    readonly algorithm: string;
    readonly privateKey: CryptoKey;
    readonly publicJwk: JWK;
  };
  /** The claims of a genuine token that has not expired. */
  readonly claims: Json;
  /** A server of the attacker's, which nobody may ever call. */
  readonly attackerUrl: string;
}

/** Stands for a number that JSON can write and no clock can reach. */
export const BEYOND_ALL_NUMBERS = 'authgraph-test-1e400';

/**
 * A token as the service makes it: the control that shows that a forgery is refused for what was
 * changed about it.
 */
export function genuineToken(forge: Forge): Promise<string> {
  return signed(forge);
}

/**
 * A genuine token whose header names keys elsewhere: they have to be ignored, and the token
 * accepted.
 */
export function tokenWithKeyHints(forge: Forge): Promise<string> {
  const { attackerUrl } = forge;
  return signed(forge, {
    jku: `${attackerUrl}/jku`,
    x5u: `${attackerUrl}/x5u`,
    jwk: attackerJwk('ES256'),
    x5c: ['MIIB'],
  });
}

export function headerOf({ key }: Forge): Json {
  return { alg: key.algorithm, kid: key.kid, typ: 'at+jwt' };
}

/** The signing input of a token: header and payload. */
export function unsigned(forge: Forge, header: Json = {}): string {
  return `${encode({ ...headerOf(forge), ...header })}.${encode(forge.claims)}`;
}

/**
 * A token that is signed with the service's own key, whatever it says. A member that is undefined
 * is left out.
 */
export function signed(forge: Forge, header: Json = {}, claims: Json = {}): Promise<string> {
  const payload = JSON.stringify({ ...forge.claims, ...claims }).replaceAll(
    `"${BEYOND_ALL_NUMBERS}"`,
    '1e400',
  );
  return signedText(forge, { ...headerOf(forge), ...header }, payload);
}

/** As `signed`, with header and payload as they are to be written, JSON or not. */
export async function signedText(
  { key }: Forge,
  header: Json | string,
  payload: string,
): Promise<string> {
  const input = `${encode(header)}.${encode(payload)}`;
  const signature = await webcrypto.subtle.sign(
    webCryptoName(key.algorithm),
    key.privateKey,
    Buffer.from(input),
  );
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

function webCryptoName(algorithm: string): webcrypto.EcdsaParams | string {
  if (algorithm === 'ES256') return { name: 'ECDSA', hash: 'SHA-256' };
  return algorithm === 'RS256' ? 'RSASSA-PKCS1-v1_5' : 'Ed25519';
}

/**
 * The old trick: a verifier that takes the algorithm from the header would use the public key as
 * the secret.
 */
export function signedWithSecret(forge: Forge, secret: string | Buffer, header: Json = {}): string {
  const input = unsigned(forge, { ...header, alg: 'HS256' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

export const PUBLIC_KEY_ENCODINGS: { readonly [name: string]: (jwk: JWK) => string | Buffer } = {
  'a PEM file': (jwk) => pem(jwk),
  'a PEM file without its last newline': (jwk) => pem(jwk).trimEnd(),
  'DER bytes': der,
  'the base64 of its DER bytes': (jwk) => der(jwk).toString('base64'),
  'its JWK': (jwk) => JSON.stringify(jwk),
  'the JWKS': (jwk) => JSON.stringify({ keys: [jwk] }),
  'its first coordinate or modulus': (jwk) => Buffer.from(jwk.x ?? jwk.n ?? '', 'base64url'),
  'its kid': (jwk) => jwk.kid ?? '',
};

function pem(jwk: JWK): string {
  return createPublicKey({ key: { ...jwk }, format: 'jwk' })
    .export({ format: 'pem', type: 'spki' })
    .toString();
}

function der(jwk: JWK): Buffer {
  return createPublicKey({ key: { ...jwk }, format: 'jwk' }).export({
    format: 'der',
    type: 'spki',
  });
}

type AttackerAlgorithm = 'ES256' | 'RS256' | 'EdDSA';
type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

const ATTACKER_KEYS: { readonly [Algorithm in AttackerAlgorithm]: KeyPair } = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: generateKeyPairSync('ed25519'),
};

/** The public key that the attacker would like to be believed. */
export function attackerJwk(algorithm: AttackerAlgorithm): JWK {
  return ATTACKER_KEYS[algorithm].publicKey.export({ format: 'jwk' });
}

export function attackerKid(algorithm: AttackerAlgorithm): Promise<string> {
  return calculateJwkThumbprint(attackerJwk(algorithm), 'sha256');
}

/** A flawless signature by a key that is not the service's. */
export function signedByAttacker(forge: Forge, algorithm: AttackerAlgorithm, header: Json): string {
  const input = unsigned(forge, { ...header, alg: algorithm });
  const key = ATTACKER_KEYS[algorithm].privateKey;
  const signature = sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(input), {
    key,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

export function changeSignature(token: string, change: (bytes: Buffer) => Buffer): string {
  const [header, payload, signature = ''] = token.split('.');
  const changed = change(Buffer.from(signature, 'base64url'));
  return `${header}.${payload}.${changed.toString('base64url')}`;
}

/**
 * The last character of a signature holds bits that belong to no byte: lax decoders read another
 * text as the same bytes.
 */
export function changeSpareBits(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.slice(-1)) + 1);
}

/** RFC 7515 section 7.2.2: the same signature, in a form that no bearer token has. */
export function asJson(token: string): string {
  const [header, payload, signature] = token.split('.');
  return JSON.stringify({ protected: header, payload, signature });
}

export function encode(part: Json | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}
