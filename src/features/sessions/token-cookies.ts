import type { IncomingHttpHeaders } from 'node:http';
import { accessCookieName, cookiesNamed } from '@authgraph/sdk';
import { stringifySetCookie } from 'cookie';
import { AuthError } from '../../kernel/auth-error.js';
import type { Realm } from '../../kernel/realm.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import type { TokenPair } from './session-issuer.js';
import { SESSION_SETTINGS } from './session-settings.js';

/** Which cookies a realm uses, and from where. */
interface CookiePolicy {
  readonly accessName: string;
  readonly refreshName: string;
  readonly secure: boolean;
  readonly origins: readonly string[];
  /** True when pages of that origin may; a request without an Origin may (RFC 6454 section 7.3). */
  allows(origin: string | undefined): boolean;
}

type CookieRequest = Pick<RequestContext, 'realm' | 'message' | 'response'>;

/** The tokens that travel as cookies. */
export class TokenCookies {
  readonly #alwaysAllowed: readonly string[];
  readonly #policies = new WeakMap<Realm, CookiePolicy>();

  /** `alwaysAllowed`: origins that every realm takes cookies from. */
  constructor(alwaysAllowed: readonly string[]) {
    this.#alwaysAllowed = alwaysAllowed;
  }

  /** The origins whose pages may use cookies. */
  originsOf(realm: Realm): readonly string[] {
    return this.#policyOf(realm).origins;
  }

  refreshTokenOf({ realm, message }: CookieRequest): string | undefined {
    return cookiesNamed(message.headers.cookie ?? '', this.#policyOf(realm).refreshName)[0];
  }

  /**
   * Throws when a request's cookies are not accepted. Two of one name can only come from somebody
   * who plants one.
   */
  check({ cookie: header, origin }: IncomingHttpHeaders, realm: Realm): undefined {
    if (header === undefined) return;
    const policy = this.#policyOf(realm);
    const names = [policy.accessName, policy.refreshName];
    const counts = names.map((name) => cookiesNamed(header, name).length);
    if (counts.some((count) => count > 1)) {
      throw new AuthError('BAD_USER_INPUT', 'A cookie of this service was sent more than once.');
    }
    if (counts.some((count) => count > 0) && !policy.allows(origin)) throw foreignOrigin();
  }

  /** Throws FORBIDDEN when the request's Origin may not use cookies. */
  assertAllowed({ realm, message }: CookieRequest): void {
    if (!this.#policyOf(realm).allows(message.headers.origin)) throw foreignOrigin();
  }

  /**
   * Both live as long as the session: an access token that has expired is still sent, and answered
   * with "refresh".
   */
  set(request: CookieRequest, tokens: TokenPair): void {
    this.assertAllowed(request);
    const { accessName, refreshName } = this.#policyOf(request.realm);
    this.#write(request, accessName, tokens.accessToken, tokens.refreshTokenExpiresAt);
    this.#write(request, refreshName, tokens.refreshToken, tokens.refreshTokenExpiresAt);
  }

  /** Removes them from a client that has any. */
  clear(request: CookieRequest): void {
    if (request.message.headers.cookie === undefined) return;
    const { accessName, refreshName } = this.#policyOf(request.realm);
    this.#write(request, accessName, '', new Date(0));
    this.#write(request, refreshName, '', new Date(0));
  }

  #write({ realm, response }: CookieRequest, name: string, value: string, expires: Date): void {
    const { secure } = this.#policyOf(realm);
    const attributes = { expires, httpOnly: true, secure, sameSite: 'lax', path: '/' } as const;
    response.appendHeader('set-cookie', stringifySetCookie({ name, value, ...attributes }));
  }

  #policyOf(realm: Realm): CookiePolicy {
    const known = this.#policies.get(realm) ?? cookiePolicy(realm, this.#alwaysAllowed);
    this.#policies.set(realm, known);
    return known;
  }
}

/** `__Host-` and Secure wherever the public URL is https; over plain http neither works. */
function cookiePolicy(realm: Realm, alwaysAllowed: readonly string[]): CookiePolicy {
  const { issuer } = realm;
  const { allowedOrigins } = SESSION_SETTINGS.of(realm);
  const origins = [new URL(issuer).origin, ...allowedOrigins, ...alwaysAllowed];
  const allowed = new Set(origins);
  const accessName = accessCookieName(issuer);
  return {
    accessName,
    origins,
    refreshName: accessName.replace('authgraph-at', 'authgraph-rt'),
    secure: issuer.startsWith('https:'),
    allows: (origin) => origin === undefined || allowed.has(origin),
  };
}

function foreignOrigin(): AuthError {
  return new AuthError(
    'FORBIDDEN',
    'Pages of this origin may not use cookies here. An operator can allow it with ' +
      'AUTHGRAPH_ALLOWED_ORIGINS.',
  );
}
