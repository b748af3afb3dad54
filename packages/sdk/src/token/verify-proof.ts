import {
  base64url,
  calculateJwkThumbprint,
  EmbeddedJWK,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { type ProofErrorCode, TokenError, type TokenErrorOptions } from './token-error.js';
import { COMPACT_JWS } from './verify-access-token.js';

/** A proof of possession (RFC 9449 section 4) that was found right. */
export interface Proof {
  /** RFC 7638 thumbprint of the key that was proven: what `cnf.jkt` of a bound token is. */
  readonly keyThumbprint: string;
  /** `jti`: no two proofs of one key have the same. */
  readonly id: string;
  /** The URL that the client called, without query and fragment. */
  readonly url: string;
  /** What the proof says of the access token that it goes with. */
  readonly tokenHash: string | undefined;
  readonly nonce: string | undefined;
  /** From then on the same proof is refused for its age. */
  readonly expiresAt: Date;
}

export interface ProofExpectations {
  readonly now: Date;
  /** The request's; not compared unless given. */
  readonly method?: string | undefined;
  /**
   * One of these is what the proof must name, an origin alone standing for every URL on it; not
   * compared unless given.
   */
  readonly urls?: readonly string[] | undefined;
}

/** What proofs may be signed with. */
export const PROOF_ALGORITHMS: readonly string[] = ['ES256', 'EdDSA', 'RS256'];
const MAX_LENGTH = 4_096;
/** Whoever checks a signature of a longer RSA key works for the caller. */
const LONGEST_MODULUS = 683;
const MAX_AGE_SECONDS = 60;
const SKEW_SECONDS = 5;
const MAX_ID_LENGTH = 256;

type ProofErrorOptions = Pick<TokenErrorOptions, 'hint' | 'mismatch'>;

const MESSAGES: { readonly [Code in ProofErrorCode]: string } = {
  PROOF_MISSING: 'The token is bound to a key: send a proof of it in the DPoP header.',
  PROOF_MALFORMED: 'The DPoP header is not one proof after RFC 9449.',
  PROOF_METHOD_MISMATCH: 'The proof is for another HTTP method.',
  PROOF_URL_MISMATCH: 'The proof is for another URL than those that this service is known by.',
  PROOF_EXPIRED: 'The proof is not of this minute. Check the clock of the device.',
  PROOF_TOKEN_MISMATCH: 'The proof does not name this access token.',
  PROOF_KEY_MISMATCH: 'The proof is made with another key than the one that the token is bound to.',
  PROOF_NONCE_REQUIRED: 'The proof needs the nonce that came with this answer.',
  PROOF_REPLAYED: 'The proof was used before. Each request needs its own.',
};

/**
 * The error for a proof that is not accepted.
 *
 * @example
 * ```ts
 * import { proofError } from '@authgraph/sdk';
 *
 * export const missing = proofError('PROOF_MISSING'); // a TokenError
 * ```
 */
export function proofError(code: ProofErrorCode, options: ProofErrorOptions = {}): TokenError {
  return new TokenError(code, MESSAGES[code], options);
}

/**
 * Checks a proof as RFC 9449 section 4.3 says. Rejects with a TokenError.
 *
 * @example
 * ```ts
 * import { verifyProof } from '@authgraph/sdk';
 *
 * export async function keyOf(proof: string): Promise<string> {
 *   return (await verifyProof(proof, { now: new Date(), method: 'POST' })).keyThumbprint;
 * }
 * ```
 */
export async function verifyProof(text: string, expected: ProofExpectations): Promise<Proof> {
  const { jwk, payload } = await readProof(text, expected.now);
  const { jti, htm, htu, iat, ath, nonce } = payload;
  if (!isText(jti) || jti.length > MAX_ID_LENGTH || !isText(htm) || !isText(htu))
    throw proofError('PROOF_MALFORMED');
  if (typeof iat !== 'number' || !isTextOrAbsent(ath) || !isTextOrAbsent(nonce))
    throw proofError('PROOF_MALFORMED');
  if (expected.method !== undefined && htm !== expected.method)
    throw proofError('PROOF_METHOD_MISMATCH');
  const url = withoutQuery(htu);
  if (url === undefined) throw proofError('PROOF_MALFORMED');
  checkUrl(url, expected.urls);
  const now = expected.now.getTime() / 1000;
  if (iat > now + SKEW_SECONDS || iat < now - MAX_AGE_SECONDS)
    throw proofError('PROOF_EXPIRED', { hint: { serverTime: Math.floor(now) } });
  const keyThumbprint = await calculateJwkThumbprint(jwk, 'sha256');
  const expiresAt = new Date((iat + MAX_AGE_SECONDS) * 1000);
  return { keyThumbprint, id: jti, url, tokenHash: ath, nonce, expiresAt };
}

function checkUrl(url: string, urls: readonly string[] | undefined): void {
  const { origin } = new URL(url);
  const isIt = (known: string) => known === origin || withoutQuery(known) === url;
  if (urls === undefined || urls.some(isIt)) return;
  const mismatch = { claim: 'htu', expected: urls.join(' or '), actual: url.slice(0, 200) };
  throw proofError('PROOF_URL_MISMATCH', { mismatch });
}

/** What `ath` of a proof must be. */
export async function hashOfToken(accessToken: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken));
  return base64url.encode(new Uint8Array(digest));
}

async function readProof(text: string, now: Date): Promise<{ jwk: JWK; payload: JWTPayload }> {
  if (text.length > MAX_LENGTH || !COMPACT_JWS.test(text)) throw proofError('PROOF_MALFORMED');
  let jwk: JWK = {};
  const keyOf = (header: JWTHeaderParameters) => {
    jwk = header.jwk ?? {};
    if (jwk.n !== undefined && jwk.n.length > LONGEST_MODULUS) throw new Error('a long key');
    return EmbeddedJWK(header);
  };
  try {
    const algorithms = [...PROOF_ALGORITHMS];
    const { payload } = await jwtVerify(text, keyOf, {
      typ: 'dpop+jwt',
      algorithms,
      currentDate: now,
    });
    return { jwk, payload };
  } catch {
    throw proofError('PROOF_MALFORMED');
  }
}

/** RFC 9449 section 4.3: compared without query and fragment, in the URL's normal form. */
function withoutQuery(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.search = '';
  url.hash = '';
  return url.href;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
