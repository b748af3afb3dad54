import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
  SignJWT,
} from 'jose';
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from '../token/claims.js';
import type { KeySource } from '../token/verify-access-token.js';

export interface TestIssuerOptions {
  /** What `iss` says; `https://auth.test` unless given. */
  readonly issuer?: string;
  /** What `aud` says; the issuer unless given. */
  readonly audience?: string;
  /** What the tokens take for the present; the system's clock unless given. */
  readonly now?: () => Date;
}

/**
 * What is wrong with a token, everything else being right. A server answers 401 to each of them,
 * `TOKEN_EXPIRED` to the first and `TOKEN_INVALID` to the others.
 */
export type TokenFault =
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-issuer'
  | 'wrong-audience'
  | 'wrong-type'
  | 'unknown-key'
  | 'bad-signature';

export interface TokenOptions {
  /** `user-1` unless given. */
  readonly userId?: string;
  /** `session-1` unless given. */
  readonly sessionId?: string;
  readonly scopes?: readonly string[];
  readonly roles?: readonly string[];
  /** How many seconds ago it was made; 0 unless given. */
  readonly age?: number;
  /** How many seconds it is valid for; 600 unless given, as authgraph's are. */
  readonly lifetime?: number;
  readonly fault?: TokenFault;
  /** Claims that are to say something else. */
  readonly claims?: Partial<AccessTokenClaims>;
}

/** Stands for authgraph in a test. It opens no socket and keeps no timer. */
export interface TestIssuer {
  /** For `authgraph()`, `createRequestVerifier` and `sessionContext`. */
  readonly options: {
    readonly issuer: string;
    readonly audience: string;
    readonly jwks: KeySource;
    readonly isEnded: (sessionId: string) => boolean;
  };
  /** The JWKS, for a server that reads it by its own means. */
  readonly jwks: { readonly keys: readonly JWK[] };
  /** An access token as authgraph makes it, or with one fault. */
  token(options?: TokenOptions): Promise<string>;
  /** The header of a request with such a token. */
  headers(options?: TokenOptions): Promise<{ authorization: string }>;
  /** From now on the session's tokens are answered 401 `TOKEN_REVOKED`. */
  endSession(sessionId: string): void;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

const ALGORITHM = 'ES256';
const LIFETIME_SECONDS = 600;

/**
 * Makes an issuer with a key of its own, so that guards can be tested without a service.
 *
 * @example
 * ```ts
 * import { createRequestVerifier } from '@authgraph/sdk';
 * import { createTestIssuer } from '@authgraph/sdk/testing';
 *
 * const issuer = await createTestIssuer();
 * const verifyRequest = createRequestVerifier(issuer.options);
 * const headers = await issuer.headers({ userId: 'ada', scopes: ['orders:read'] });
 * const session = await verifyRequest(headers);
 * console.log(session?.userId); // ada
 * ```
 */
export async function createTestIssuer({
  issuer = 'https://auth.test',
  audience = issuer,
  now = () => new Date(),
}: TestIssuerOptions = {}): Promise<TestIssuer> {
  const [key, stranger] = [await newKey(), await newKey()];
  const ended = new Set<string>();
  const jwk = await exportJWK(key.publicKey);

  async function token(options: TokenOptions = {}): Promise<string> {
    const { fault } = options;
    return new SignJWT({ ...claimsOf(options), ...FAULTY_CLAIMS[fault ?? 'none'] })
      .setProtectedHeader({
        alg: ALGORITHM,
        kid: fault === 'unknown-key' ? stranger.kid : key.kid,
        typ: fault === 'wrong-type' ? 'JWT' : ACCESS_TOKEN_TYPE,
      })
      .sign(isForged(fault) ? stranger.privateKey : key.privateKey);
  }

  function claimsOf(options: TokenOptions): AccessTokenClaims {
    const { fault, age = 0, lifetime = LIFETIME_SECONDS } = options;
    const iat = Math.floor(now().getTime() / 1_000) - ageOf(fault, age, lifetime);
    return {
      iss: issuer,
      aud: audience,
      sub: options.userId ?? 'user-1',
      client_id: 'authgraph',
      sid: options.sessionId ?? 'session-1',
      jti: crypto.randomUUID(),
      iat,
      exp: iat + lifetime,
      auth_time: iat,
      amr: ['pwd'],
      email_verified: true,
      roles: options.roles ?? [],
      scope: (options.scopes ?? []).join(' '),
      ...options.claims,
    };
  }

  return {
    options: {
      issuer,
      audience,
      jwks: {
        get: async (kid) => (kid === key.kid ? key.publicKey : undefined),
        has: (kid) => kid === key.kid,
      },
      isEnded: (sessionId) => ended.has(sessionId),
    },
    jwks: { keys: [{ ...jwk, kid: key.kid, alg: ALGORITHM, use: 'sig' }] },
    token,
    headers: async (options) => ({ authorization: `Bearer ${await token(options)}` }),
    endSession: (sessionId) => void ended.add(sessionId),
  };
}

const FAULTY_CLAIMS: { readonly [fault: string]: Partial<AccessTokenClaims> } = {
  'wrong-issuer': { iss: 'https://another-issuer.test' },
  'wrong-audience': { aud: 'https://another-audience.test' },
};

/** Beyond the five seconds that verifiers allow for clocks that differ. */
function ageOf(fault: TokenFault | undefined, age: number, lifetime: number): number {
  if (fault === 'expired') return lifetime + 60;
  return fault === 'not-yet-valid' ? -60 : age;
}

function isForged(fault: TokenFault | undefined): boolean {
  return fault === 'unknown-key' || fault === 'bad-signature';
}

async function newKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return { kid: await calculateJwkThumbprint(await exportJWK(publicKey)), privateKey, publicKey };
}
