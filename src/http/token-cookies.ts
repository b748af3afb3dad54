import { stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthError } from '../kernel/auth-error.js';
import { accessCookieName, cookiesNamed } from '../sdk/request-token.js';
import type { TokenPair } from '../sessions/session-issuer.js';

/** Which cookies this service uses, and from where. */
export interface CookiePolicy {
  readonly accessName: string;
  readonly refreshName: string;
  readonly secure: boolean;
  /** True when a page of that origin may use cookies; a request without an Origin header may (RFC 6454 section 7.3). */
  allows(origin: string | undefined): boolean;
}

/** `__Host-` and Secure wherever the public URL is https; over plain http, which only development uses, neither works. */
export function cookiePolicy(issuer: string, origins: readonly string[]): CookiePolicy {
  const secure = issuer.startsWith('https:');
  const allowed = new Set([new URL(issuer).origin, ...origins]);
  return {
    accessName: accessCookieName(issuer),
    refreshName: secure ? '__Host-authgraph-rt' : 'authgraph-rt',
    secure,
    allows: (origin) => origin === undefined || allowed.has(origin),
  };
}

/** Why a request's cookies are not accepted, if so. Two cookies of one name can only come from somebody who plants one. */
export function cookieProblem(request: FastifyRequest, policy: CookiePolicy): AuthError | undefined {
  const header = request.headers.cookie;
  if (header === undefined) return undefined;
  const counts = [policy.accessName, policy.refreshName].map((name) => cookiesNamed(header, name).length);
  if (counts.some((count) => count > 1)) return new AuthError('BAD_USER_INPUT', 'A cookie of this service was sent more than once.');
  if (counts.some((count) => count > 0) && !policy.allows(request.headers.origin)) return foreignOrigin();
  return undefined;
}

/** The tokens that travel as cookies on one request and its answer. */
export class TokenCookies {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #policy: CookiePolicy;

  constructor(request: FastifyRequest, reply: FastifyReply, policy: CookiePolicy) {
    this.#request = request;
    this.#reply = reply;
    this.#policy = policy;
  }

  get refreshToken(): string | undefined {
    return cookiesNamed(this.#request.headers.cookie ?? '', this.#policy.refreshName)[0];
  }

  assertAllowed(): void {
    if (!this.#policy.allows(this.#request.headers.origin)) throw foreignOrigin();
  }

  /** Both live as long as the session: an access token that has expired is still sent, and answered with "refresh". */
  set(tokens: TokenPair): void {
    this.assertAllowed();
    this.#write(this.#policy.accessName, tokens.accessToken, tokens.refreshTokenExpiresAt);
    this.#write(this.#policy.refreshName, tokens.refreshToken, tokens.refreshTokenExpiresAt);
  }

  /** Removes them from a client that has any. */
  clear(): void {
    if (this.#request.headers.cookie === undefined) return;
    this.#write(this.#policy.accessName, '', new Date(0));
    this.#write(this.#policy.refreshName, '', new Date(0));
  }

  #write(name: string, value: string, expires: Date): void {
    const { secure } = this.#policy;
    void this.#reply.header('set-cookie', stringifySetCookie({ name, value, expires, httpOnly: true, secure, sameSite: 'lax', path: '/' }));
  }
}

function foreignOrigin(): AuthError {
  return new AuthError(
    'FORBIDDEN',
    'Pages of this origin may not use cookies here. An operator can allow it with AUTHGRAPH_ALLOWED_ORIGINS.',
  );
}
