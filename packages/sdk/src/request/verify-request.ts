import { RemoteKeys } from '../token/remote-keys.js';
import type { Session } from '../token/session.js';
import { TokenError } from '../token/token-error.js';
import {
  createTokenVerifier,
  type KeySource,
  SIGNATURE_ALGORITHMS,
} from '../token/verify-access-token.js';
import { accessCookieName, type RequestHeaders, tokenFromHeaders } from './request-token.js';

export interface RequestVerifierOptions {
  /** authgraph's public URL: what `iss` must be, exactly. */
  readonly issuer: string;
  /** What `aud` must be, exactly. authgraph's own default is its issuer. */
  readonly audience: string;
  /**
   * The JWKS's URL, or another source of keys; `/.well-known/jwks.json` under the issuer unless
   * given.
   */
  readonly jwks?: string | KeySource;
  /** Accepted signature algorithms; ES256, RS256 and EdDSA unless given. */
  readonly algorithms?: readonly string[];
  /** Tells whether a session was ended before its access tokens expire. */
  readonly isEnded?: (sessionId: string) => boolean | Promise<boolean>;
  /** How many verified tokens are remembered; 10,000 unless given. */
  readonly cacheSize?: number;
  readonly now?: () => Date;
}

/**
 * Resolves to the session behind a request, or null when it is anonymous. Rejects with a TokenError
 * when its token is not accepted.
 */
export type VerifyRequest = (headers: RequestHeaders) => Promise<Session | null>;

/**
 * Makes the function that everything else in this sdk is built on. Make one for a process: it holds
 * the caches.
 */
export function createRequestVerifier(options: RequestVerifierOptions): VerifyRequest {
  const {
    jwks = `${options.issuer}/.well-known/jwks.json`,
    algorithms = SIGNATURE_ALGORITHMS,
    ...rest
  } = options;
  const keys = typeof jwks === 'string' ? new RemoteKeys({ url: jwks, algorithms }) : jwks;
  const verify = createTokenVerifier({ ...rest, keys, algorithms });
  const cookieName = accessCookieName(options.issuer);

  return async (headers) => {
    const token = tokenFromHeaders(headers, cookieName);
    if (token === undefined) return null;
    const verified = verify(token);
    // each wait costs as much as all the rest
    const session = verified instanceof Promise ? await verified : verified;
    const ended = isEnded(session.sessionId);
    if (ended === true || (ended !== false && (await ended)))
      throw new TokenError('TOKEN_REVOKED', 'The session was ended.');
    return session;
  };

  function isEnded(sessionId: string): boolean | Promise<boolean> {
    try {
      const ended = options.isEnded?.(sessionId) ?? false;
      return typeof ended === 'boolean' ? ended : ended.catch(unavailable);
    } catch (error) {
      return unavailable(error);
    }
  }
}

function unavailable(cause: unknown): never {
  throw new TokenError(
    'VERIFICATION_UNAVAILABLE',
    'Whether the session has ended cannot be read at present.',
    { cause },
  );
}
