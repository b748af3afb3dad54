import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { KeySource } from '../token/verify-access-token.js';
import type { JsonObject } from './core.js';
import { generalError, tryRefreshToken } from './errors.js';

/** What an access token says, once its signature and its time have been checked. */
export interface ReadAccessToken {
  readonly handle: string;
  readonly userId: string;
  /** The application's own claims. */
  readonly jwtPayload: JsonObject;
  readonly antiCsrfToken: string | null;
  /** False for the first one after a refresh: the service has to see it once. */
  readonly isSettled: boolean;
}

const ALGORITHM = 'RS256';
/** Of sessions: other tokens of the same keys have none. */
const VERSION = '5';
const OWN_CLAIMS: ReadonlySet<string> = new Set([
  ...['sub', 'rsub', 'tId', 'iat', 'exp', 'sessionHandle'],
  ...['refreshTokenHash1', 'parentRefreshTokenHash1', 'antiCsrfToken'],
]);

/** Reads it by the service's keys. Rejects with TRY_REFRESH_TOKEN, and with GENERAL_ERROR. */
export async function readAccessToken(
  keys: Pick<KeySource, 'get'>,
  token: string,
): Promise<ReadAccessToken> {
  const { kid, version } = headerOf(token);
  if (typeof kid !== 'string' || version !== VERSION) {
    throw tryRefreshToken('This is no access token of a session.');
  }
  const key = await keys.get(kid).catch((cause: unknown) => {
    throw generalError('The keys of the service cannot be read.', cause);
  });
  if (key === undefined) throw tryRefreshToken('The key of the access token is not known.');
  const { payload } = await jwtVerify(token, key, { algorithms: [ALGORITHM], typ: 'JWT' }).catch(
    (error: unknown) => {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw tryRefreshToken(error.message);
    },
  );
  return contentOf(payload);
}

function headerOf(token: string): { readonly kid?: unknown; readonly version?: unknown } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw tryRefreshToken('The access token is malformed.');
  }
}

function contentOf(payload: JWTPayload): ReadAccessToken {
  const { sub, sessionHandle, parentRefreshTokenHash1, antiCsrfToken } = payload;
  if (typeof sub !== 'string' || typeof sessionHandle !== 'string') {
    throw tryRefreshToken('The access token has no session.');
  }
  const claims = Object.entries(payload).filter(([name]) => !OWN_CLAIMS.has(name));
  return {
    handle: sessionHandle,
    userId: sub,
    jwtPayload: Object.fromEntries(claims),
    antiCsrfToken: typeof antiCsrfToken === 'string' ? antiCsrfToken : null,
    isSettled: parentRefreshTokenHash1 === null,
  };
}
