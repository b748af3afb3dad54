import { TokenError } from '../token/token-error.js';

/** Request headers: web `Headers`, a Map, or Node's plain object with lower-case names. */
export type RequestHeaders =
  | { get(name: string): string | null | undefined }
  | { readonly [name: string]: string | readonly string[] | undefined };

const SCHEME = /^(Bearer|DPoP) +(?=[^ ])/i;

/**
 * The access token cookie's name: `__Host-` wherever the service is reached over https, and the
 * realm in the end for any but the default one, since a browser sends the cookies of one host
 * together.
 *
 * @example
 * ```ts
 * import { accessCookieName } from '@authgraph/sdk';
 *
 * accessCookieName('https://auth.example.com'); // __Host-authgraph-at
 * ```
 */
export function accessCookieName(issuer: string): string {
  const realm = /\/realms\/([a-z0-9-]+)$/.exec(issuer)?.[1];
  const name = realm === undefined ? 'authgraph-at' : `authgraph-at-${realm}`;
  return issuer.startsWith('https:') ? `__Host-${name}` : name;
}

/**
 * The access token that a request carries: `Authorization: Bearer` (RFC 6750) or `DPoP` (RFC 9449),
 * else the cookie. Undefined for an anonymous request; throws TOKEN_INVALID for a header that is
 * neither and for a cookie that comes twice.
 *
 * @example
 * ```ts
 * import { accessCookieName, tokenFromHeaders } from '@authgraph/sdk';
 *
 * const name = accessCookieName('https://auth.example.com');
 * tokenFromHeaders({ authorization: 'Bearer abc' }, name); // abc
 * tokenFromHeaders({ cookie: `${name}=def` }, name); // def
 * tokenFromHeaders({}, name); // undefined
 * ```
 */
export function tokenFromHeaders(headers: RequestHeaders, cookieName: string): string | undefined {
  const authorization = headerOf(headers, 'authorization');
  if (authorization !== undefined) {
    const scheme = SCHEME.exec(authorization)?.[0];
    const token = authorization.slice(scheme?.length);
    if (scheme === undefined || token.includes(' ')) {
      throw new TokenError('TOKEN_INVALID', 'The Authorization header is not a bearer token.');
    }
    return token;
  }
  const cookies = cookiesNamed(headerOf(headers, 'cookie') ?? '', cookieName);
  if (cookies.length > 1)
    throw new TokenError('TOKEN_INVALID', 'The access token cookie was sent more than once.');
  return cookies[0];
}

/**
 * Every value that a Cookie header holds under one name.
 *
 * @example
 * ```ts
 * import { cookiesNamed } from '@authgraph/sdk';
 *
 * cookiesNamed('a=1; b=2; a=3', 'a'); // ['1', '3']
 * ```
 */
export function cookiesNamed(header: string, name: string): string[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/**
 * A header by its lower-case name; several of one name are joined as RFC 9110 section 5.2 has it.
 */
export function headerOf(headers: RequestHeaders, name: string): string | undefined {
  const value = isGetter(headers) ? headers.get(name) : headers[name];
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? value : value.join(', ');
}

function isGetter(
  headers: RequestHeaders,
): headers is { get(name: string): string | null | undefined } {
  return typeof headers.get === 'function';
}

/** Whether the token is sent as one that is bound to a key (RFC 9449 section 7.1). */
export function isUnderProofScheme(headers: RequestHeaders): boolean {
  return /^DPoP /i.test(headerOf(headers, 'authorization') ?? '');
}
