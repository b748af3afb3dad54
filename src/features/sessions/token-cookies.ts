import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { accessCookieName, cookiesNamed } from '@authgraph/sdk';
import { stringifySetCookie } from 'cookie';
import { AuthError } from '../../kernel/auth-error.js';
import type { TokenPair } from './session-issuer.js';

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
export function cookieProblem(
  { cookie: header, origin }: IncomingHttpHeaders,
  policy: CookiePolicy,
): AuthError | undefined {
  if (header === undefined) return undefined;
  const counts = [policy.accessName, policy.refreshName].map(
    (name) => cookiesNamed(header, name).length,
  );
  if (counts.some((count) => count > 1))
    return new AuthError('BAD_USER_INPUT', 'A cookie of this service was sent more than once.');
  if (counts.some((count) => count > 0) && !policy.allows(origin)) return foreignOrigin();
  return undefined;
}

/** The tokens that travel as cookies on one request and its answer. */
export class TokenCookies {
  readonly #headers: IncomingHttpHeaders;
  readonly #response: ServerResponse;
  readonly #policy: CookiePolicy;

  constructor(headers: IncomingHttpHeaders, response: ServerResponse, policy: CookiePolicy) {
    this.#headers = headers;
    this.#response = response;
    this.#policy = policy;
  }

  get refreshToken(): string | undefined {
    return cookiesNamed(this.#headers.cookie ?? '', this.#policy.refreshName)[0];
  }

  assertAllowed(): void {
    if (!this.#policy.allows(this.#headers.origin)) throw foreignOrigin();
  }

  /** Both live as long as the session: an access token that has expired is still sent, and answered with "refresh". */
  set(tokens: TokenPair): void {
    this.assertAllowed();
    this.#write(this.#policy.accessName, tokens.accessToken, tokens.refreshTokenExpiresAt);
    this.#write(this.#policy.refreshName, tokens.refreshToken, tokens.refreshTokenExpiresAt);
  }

  /** Removes them from a client that has any. */
  clear(): void {
    if (this.#headers.cookie === undefined) return;
    this.#write(this.#policy.accessName, '', new Date(0));
    this.#write(this.#policy.refreshName, '', new Date(0));
  }

  #write(name: string, value: string, expires: Date): void {
    const { secure } = this.#policy;
    const cookie = stringifySetCookie({
      name,
      value,
      expires,
      httpOnly: true,
      secure,
      sameSite: 'lax',
      path: '/',
    });
    this.#response.appendHeader('set-cookie', cookie);
  }
}

function foreignOrigin(): AuthError {
  return new AuthError(
    'FORBIDDEN',
    'Pages of this origin may not use cookies here. An operator can allow it with AUTHGRAPH_ALLOWED_ORIGINS.',
  );
}
