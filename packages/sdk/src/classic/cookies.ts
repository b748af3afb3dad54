import type { ClassicConfig } from './instance.js';
import type { NewSession, Token } from './sessions.js';

/** As the clients of that time know them. */
export const ACCESS_COOKIE = 'sAccessToken';
export const REFRESH_COOKIE = 'sRefreshToken';
export const ID_COOKIE = 'sIdRefreshToken';
export const ANTI_CSRF_HEADER = 'anti-csrf';
export const ID_HEADER = 'id-refresh-token';

/** What a browser is to do: cookies to set, headers for the page's script to read. */
export interface Delivery {
  readonly cookies: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

export function deliverSession(made: NewSession, config: ClassicConfig): Delivery {
  const { refreshTokenPath = '/refresh' } = config;
  const { idRefreshToken, antiCsrfToken } = made;
  return {
    cookies: [
      accessCookie(made.accessToken, config),
      cookie(REFRESH_COOKIE, made.refreshToken, refreshTokenPath, config),
      cookie(ID_COOKIE, idRefreshToken, '/', config),
    ],
    headers: {
      [ID_HEADER]: `${idRefreshToken.value};${idRefreshToken.expires}`,
      ...(antiCsrfToken === undefined ? {} : { [ANTI_CSRF_HEADER]: antiCsrfToken }),
    },
  };
}

export function accessCookie(token: Token, config: ClassicConfig): string {
  return cookie(ACCESS_COOKIE, token, config.accessTokenPath ?? '/', config);
}

/** Takes all of it away. */
export function clearSession(config: ClassicConfig): Delivery {
  const gone: Token = { value: '', expires: 0 };
  const { accessTokenPath = '/', refreshTokenPath = '/refresh' } = config;
  return {
    cookies: [
      cookie(ACCESS_COOKIE, gone, accessTokenPath, config),
      cookie(REFRESH_COOKIE, gone, refreshTokenPath, config),
      cookie(ID_COOKIE, gone, '/', config),
    ],
    headers: { [ID_HEADER]: 'remove' },
  };
}

function cookie(name: string, token: Token, path: string, config: ClassicConfig): string {
  const { cookieDomain, cookieSecure = true, cookieSameSite = 'lax' } = config;
  return [
    `${name}=${encodeURIComponent(token.value)}`,
    `Path=${path}`,
    `Expires=${new Date(token.expires).toUTCString()}`,
    'HttpOnly',
    `SameSite=${cookieSameSite}`,
    ...(cookieSecure ? ['Secure'] : []),
    ...(cookieDomain === undefined ? [] : [`Domain=${cookieDomain}`]),
  ].join('; ');
}

/** The first of that name; undefined when there is none, or one that is empty. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key = '', ...rest] = part.split('=');
    if (key.trim() !== name) continue;
    try {
      return decodeURIComponent(rest.join('=').trim()) || undefined;
    } catch {
      return undefined; // no encoding of ours
    }
  }
  return undefined;
}
