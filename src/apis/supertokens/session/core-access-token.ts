import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { App } from '../apps/app.js';
import type { CoreKeys } from '../keys/core-keys.js';
import type { CdiVersion } from '../protocol/cdi-version.js';
import { refuse } from '../protocol/core-error.js';
import type { JsonObject } from '../protocol/fields.js';
import { PUBLIC } from '../protocol/request-path.js';

/** What a token says beside the application's own claims. */
export interface AccessTokenContent {
  readonly version: string;
  readonly userId: string;
  readonly recipeUserId: string;
  readonly tenantId: string;
  readonly sessionHandle: string;
  readonly refreshTokenHash1: string;
  readonly parentRefreshTokenHash1: string | null;
  readonly antiCsrfToken: string | null;
  readonly claims: JsonObject;
  /** Seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  '3': [
    'sub',
    'iat',
    'exp',
    'sessionHandle',
    'refreshTokenHash1',
    'parentRefreshTokenHash1',
    'antiCsrfToken',
  ],
  '4': [
    'sub',
    'iat',
    'exp',
    'sessionHandle',
    'refreshTokenHash1',
    'parentRefreshTokenHash1',
    'antiCsrfToken',
    'tId',
  ],
  '5': [
    'sub',
    'iat',
    'exp',
    'sessionHandle',
    'refreshTokenHash1',
    'parentRefreshTokenHash1',
    'antiCsrfToken',
    'tId',
    'rsub',
  ],
};
const ALGORITHM = 'RS256';

/** The version of the tokens that callers of an interface version know. */
export function tokenVersionOf(version: CdiVersion): string {
  if (version >= 400) return '5';
  return version >= 300 ? '4' : '3';
}

/** Refuses claims that would pass for ours. */
export function checkClaims(claims: JsonObject, version: string): void {
  const isOurs = (name: string) => NAMES[version]?.includes(name);
  if (Object.keys(claims).some(isOurs)) refuse(400, 'The user payload contains protected field');
}

export async function signCoreToken(
  keys: CoreKeys,
  app: App,
  kind: 'static' | 'dynamic',
  content: AccessTokenContent,
): Promise<string> {
  const { kid, privateKey } = await keys.signing(app, kind);
  const { version } = content;
  const own: JWTPayload = {
    sub: content.userId,
    iat: content.issuedAt,
    exp: content.expiresAt,
    sessionHandle: content.sessionHandle,
    refreshTokenHash1: content.refreshTokenHash1,
    parentRefreshTokenHash1: content.parentRefreshTokenHash1,
    antiCsrfToken: content.antiCsrfToken,
    ...(version >= '4' ? { tId: content.tenantId } : {}),
    ...(version >= '5' ? { rsub: content.recipeUserId } : {}),
  };
  return new SignJWT({ ...content.claims, ...own })
    .setProtectedHeader({ kid, typ: 'JWT', version, alg: ALGORITHM })
    .sign(privateKey);
}

/** Why a token is not accepted; the text is for developers. */
export class TokenRefused extends Error {}

/** Reads and verifies. Rejects with TokenRefused; `expired: 'allowed'` still checks the rest. */
export async function readCoreToken(
  keys: CoreKeys,
  app: App,
  token: string,
  { now, expired }: { readonly now: Date; readonly expired: 'refused' | 'allowed' },
): Promise<AccessTokenContent> {
  const header = headerOf(token);
  const { kid, version } = header;
  if (header.typ !== 'JWT' || typeof kid !== 'string' || typeof version !== 'string') {
    throw new TokenRefused('JWT header mismatch');
  }
  const key = await keys.verifying(app, kid);
  if (key === undefined) throw new TokenRefused('Key not found');
  const options = { algorithms: [ALGORITHM], currentDate: now };
  try {
    const { payload } = await jwtVerify(token, key.publicKey, options);
    return contentOf(payload, version);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    if (!(error instanceof errors.JWTExpired)) throw new TokenRefused('JWT verification failed');
    if (expired === 'refused') throw new TokenRefused('Access token expired');
    return contentOf(error.payload, version); // its signature was checked before its time
  }
}

function headerOf(token: string): { kid?: unknown; typ?: unknown; version?: unknown } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw new TokenRefused('Invalid JWT');
  }
}

function contentOf(payload: JWTPayload, version: string): AccessTokenContent {
  const names = NAMES[version];
  const { sub, iat, exp, sessionHandle, refreshTokenHash1, rsub, tId } = payload;
  const { parentRefreshTokenHash1 = null, antiCsrfToken = null } = payload;
  const isOurs =
    names !== undefined &&
    typeof sub === 'string' &&
    typeof iat === 'number' &&
    typeof exp === 'number' &&
    typeof sessionHandle === 'string' &&
    typeof refreshTokenHash1 === 'string';
  if (!isOurs) throw new TokenRefused('JWT payload is not that of a session');
  const claims = Object.entries(payload).filter(([name]) => !names.includes(name));
  return {
    version,
    userId: sub,
    recipeUserId: typeof rsub === 'string' ? rsub : sub,
    tenantId: typeof tId === 'string' ? tId : PUBLIC,
    sessionHandle,
    refreshTokenHash1,
    parentRefreshTokenHash1: asText(parentRefreshTokenHash1),
    antiCsrfToken: asText(antiCsrfToken),
    claims: Object.fromEntries(claims),
    issuedAt: iat,
    expiresAt: exp,
  };
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
