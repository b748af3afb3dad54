import { RemoteKeys } from '../token/remote-keys.js';
import type { Session } from '../token/session.js';
import { invalidToken, TokenError } from '../token/token-error.js';
import { createTokenVerifier, SIGNATURE_ALGORITHMS } from '../token/verify-access-token.js';
import { bindingCheck, type RequestTarget } from './check-binding.js';
import { deniedBy, type OnDenied, warnOncePerCause } from './denied-request.js';
import {
  accessCookieName,
  headerOf,
  isUnderProofScheme,
  type RequestHeaders,
  tokenFromHeaders,
} from './request-token.js';
import { checkOptions, type RequestVerifierOptions } from './verifier-options.js';

/**
 * Resolves to the session behind a request, or null when it is anonymous. Rejects with a TokenError
 * when its token is not accepted. `target`: what was called; the proof for a bound token names it.
 */
export type VerifyRequest = (
  headers: RequestHeaders,
  target?: RequestTarget,
) => Promise<Session | null>;

/**
 * Makes the function that everything else in this sdk is built on. Make one for a process: it holds
 * the caches.
 *
 * @example
 * ```ts
 * import { createRequestVerifier } from '@authgraph/sdk';
 *
 * const issuer = 'https://auth.example.com';
 * const verifyRequest = createRequestVerifier({ issuer, audience: issuer });
 * export async function userOf(request: Request) {
 *   return (await verifyRequest(request.headers))?.userId; // rejects with a TokenError
 * }
 * ```
 */
export function createRequestVerifier(options: RequestVerifierOptions): VerifyRequest {
  return reportingVerifier({ onDenied: warnOncePerCause(), ...options });
}

/** The same for those who report other refusals to the same place. */
export function reportingVerifier(
  options: RequestVerifierOptions & { readonly onDenied: OnDenied },
): VerifyRequest {
  checkOptions(options);
  const {
    jwks = `${options.issuer}/.well-known/jwks.json`,
    algorithms = SIGNATURE_ALGORITHMS,
    origins = [],
    onDenied,
    ...rest
  } = options;
  const keys = typeof jwks === 'string' ? new RemoteKeys({ ...rest, url: jwks, algorithms }) : jwks;
  const verify = createTokenVerifier({ ...rest, keys, algorithms });
  const cookieName = accessCookieName(options.issuer);
  const allowed = new Set(origins);
  const checkBinding = bindingCheck(options);

  return async (headers, target = {}) => {
    try {
      const token = tokenFromHeaders(headers, cookieName);
      if (token === undefined) return null;
      refuseForeignCookie(headers);
      const verified = verify(token);
      // each wait costs as much as all the rest
      const session = verified instanceof Promise ? await verified : verified;
      const ended = isEnded(session.sessionId);
      if (ended === true || (ended !== false && (await ended)))
        throw new TokenError('TOKEN_REVOKED', 'The session was ended.');
      if (session.claims.cnf !== undefined) await checkBinding(headers, token, session, target);
      else if (isUnderProofScheme(headers)) throw invalidToken(); // RFC 9449 section 7.1
      return session;
    } catch (error) {
      if (error instanceof TokenError)
        onDenied({ ...deniedBy(error), clockOffsetMs: keys.clockOffsetMs });
      throw error;
    }
  };

  /**
   * A browser sends cookies for whatever page asks. SameSite=Lax stops other sites, and not a
   * neighbour on the same site.
   */
  function refuseForeignCookie(headers: RequestHeaders): void {
    const origin = headerOf(headers, 'origin');
    if (origin === undefined || headerOf(headers, 'authorization') !== undefined) return;
    if (allowed.has(origin) || isSameHost(origin, headerOf(headers, 'host'))) return;
    const expected = `this server's own, or one of the option "origins"`;
    throw new TokenError('ORIGIN_NOT_ALLOWED', 'Pages of this origin may not use cookies here.', {
      mismatch: { claim: 'Origin', expected, actual: origin.slice(0, 200) },
    });
  }

  function isEnded(sessionId: string): boolean | Promise<boolean> {
    try {
      const ended = options.isEnded?.(sessionId) ?? false;
      return typeof ended === 'boolean' ? ended : ended.catch(unavailable);
    } catch (error) {
      return unavailable(error);
    }
  }
}

function isSameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

function unavailable(cause: unknown): never {
  throw new TokenError(
    'VERIFICATION_UNAVAILABLE',
    'Whether the session has ended cannot be read at present.',
    { cause },
  );
}
