import { type CryptoKey, errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose';
import { checkClaims, SKEW_SECONDS, timeOf, wrong } from './check-claims.js';
import { ACCESS_TOKEN_TYPE } from './claims.js';
import { type Session, sessionFromClaims } from './session.js';
import { invalidToken, TokenError } from './token-error.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Where public keys come from. */
export interface KeySource {
  /**
   * The key of that id; undefined when it is not published. Rejects when that cannot be found out.
   */
  get(kid: string): Promise<CryptoKey | undefined>;
  /** True while the key is published, from what is known without waiting. */
  has(kid: string): boolean;
  /** How far the issuer's clock was ahead of this one when the keys came, where that is known. */
  readonly clockOffsetMs?: number | undefined;
}

export interface VerifierOptions {
  /** What `iss` must be, exactly. */
  readonly issuer: string;
  /** What `aud` must be, exactly. */
  readonly audience: string;
  readonly keys: KeySource;
  /** Accepted signature algorithms; ES256, RS256 and EdDSA unless given. */
  readonly algorithms?: readonly string[];
  /**
   * The longest life of a token that is accepted, `exp - iat` in seconds; a day unless given, which
   * is the most that authgraph can be set to.
   */
  readonly maxTokenLifetime?: number;
  /** How many verified tokens are remembered; 10,000 unless given. */
  readonly cacheSize?: number;
  readonly now?: () => Date;
}

export type VerifyAccessToken = (token: string) => Promise<Session>;

/** The algorithms that authgraph can sign with. */
export const SIGNATURE_ALGORITHMS: readonly string[] = ['ES256', 'RS256', 'EdDSA'];
const DAY_SECONDS = 86_400;
const MAX_TOKEN_LENGTH = 8_192;
/**
 * RFC 7515 compact form with nothing else around or inside: no padding, no whitespace. The
 * signature's last character has bits that belong to no byte; they must be zero (RFC 4648 section
 * 3.5), or one token would have several texts.
 */
export const COMPACT_JWS =
  /^[\w-]+\.[\w-]+\.(?=.)(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;
/** An RFC 7638 SHA-256 thumbprint, which is what our kids are. */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/**
 * Makes the function that turns an access token into a session, or rejects with a TokenError.
 * Stricter than `jwtVerify` alone (RFC 8725, RFC 9068 section 4): exact algorithms, `typ`, `iss`
 * and `aud`, every claim required, header members that point at keys ignored.
 *
 * @example
 * ```ts
 * import { createAccessTokenVerifier } from '@authgraph/sdk';
 *
 * const issuer = 'https://auth.example.com';
 * const keys = { get: async () => undefined, has: () => false }; // your own source of keys
 * export const verify = createAccessTokenVerifier({ issuer, audience: issuer, keys });
 * ```
 */
export function createAccessTokenVerifier(options: VerifierOptions): VerifyAccessToken {
  const verify = createTokenVerifier(options);
  return async (token) => verify(token);
}

/** The same without a promise for a token that was verified before. */
export function createTokenVerifier(
  options: VerifierOptions,
): (token: string) => Session | Promise<Session> {
  const { issuer, audience, keys } = options;
  const algorithms = [...(options.algorithms ?? SIGNATURE_ALGORITHMS)];
  const maxLifetime = options.maxTokenLifetime ?? DAY_SECONDS;
  const now = options.now ?? (() => new Date());
  const verified = new VerifiedTokens(options.cacheSize ?? 10_000);
  const isCurrent = (kid: string) => keys.has(kid);

  return (token) => verified.get(token, now(), isCurrent) ?? verifyNew(token);

  async function verifyNew(token: string): Promise<Session> {
    if (token.length > MAX_TOKEN_LENGTH || !COMPACT_JWS.test(token)) throw invalidToken();
    const { payload, kid } = await checkSignature(token);
    const claims = checkClaims(payload, { audience, maxLifetime, now: now() });
    const session = sessionFromClaims(claims);
    verified.add(token, session, kid);
    return session;
  }

  async function checkSignature(
    token: string,
  ): Promise<{ readonly payload: JWTPayload; readonly kid: string }> {
    let kid = '';
    const keyOf = (header: JWTHeaderParameters) => {
      kid = kidOf(header);
      return findKey(keys, kid);
    };
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms,
        issuer,
        audience,
        clockTolerance: SKEW_SECONDS,
        currentDate: now(),
      });
      return { payload, kid };
    } catch (error) {
      throw asTokenError(error, { iss: issuer, aud: audience });
    }
  }
}

function asTokenError(error: unknown, expected: { readonly [claim: string]: string }): TokenError {
  if (error instanceof TokenError) return error;
  if (error instanceof errors.JWTExpired) return expired(error);
  if (!(error instanceof errors.JWTClaimValidationFailed)) return invalidToken(undefined, error);
  const { claim, payload } = error;
  return wrong(claim, expected[claim] ?? 'a value that holds now', payload[claim]);
}

function expired({ payload }: errors.JWTExpired): TokenError {
  const actual = timeOf(Number(payload.exp));
  const mismatch = { claim: 'exp', expected: 'a time to come', actual };
  return new TokenError('TOKEN_EXPIRED', 'The access token has expired.', { mismatch });
}

/**
 * The key's id, from a header that is one of our access tokens'; so that no other token makes
 * anybody look for a key.
 */
function kidOf({ kid, typ, crit }: JWTHeaderParameters): string {
  if (typ !== ACCESS_TOKEN_TYPE) throw wrong('typ', ACCESS_TOKEN_TYPE, typ);
  if (crit !== undefined || typeof kid !== 'string' || !THUMBPRINT.test(kid)) throw invalidToken();
  return kid;
}

function findKey(keys: KeySource, kid: string): Promise<CryptoKey> {
  return keys.get(kid).then(
    (key) => {
      if (key === undefined) throw wrong('kid', 'a key that the issuer publishes', kid);
      return key;
    },
    (cause: unknown) => {
      throw new TokenError(
        'VERIFICATION_UNAVAILABLE',
        'The signing keys cannot be read at present.',
        { cause },
      );
    },
  );
}
