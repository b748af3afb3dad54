import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { App } from '../apps/app.js';
import type { CoreKeys } from '../keys/core-keys.js';
import type { CdiVersion } from '../protocol/cdi-version.js';
import { refuse } from '../protocol/core-error.js';
import type { JsonObject } from '../protocol/fields.js';
import { PUBLIC } from '../protocol/request-path.js';
import type { AccessTokenContent } from './access-token-content.js';
import { isLegacyToken, LEGACY_VERSION, readLegacyToken, signLegacyToken } from './legacy-token.js';

const OWN = z.object({
  sub: z.string(),
  iat: z.number(),
  exp: z.number(),
  sessionHandle: z.string(),
  refreshTokenHash1: z.string(),
  parentRefreshTokenHash1: z.string().nullish(),
  antiCsrfToken: z.string().nullish(),
  tId: z.string().optional(),
  rsub: z.string().optional(),
});
const { tId, rsub, ...SINCE_3 } = OWN.shape;
/** The claims that applications may not set, by token version. In version 2 theirs stand apart. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  [LEGACY_VERSION]: [],
  '3': Object.keys(SINCE_3),
  '4': Object.keys({ ...SINCE_3, tId }),
  '5': Object.keys({ ...SINCE_3, tId, rsub }),
};
const ALGORITHM = 'RS256';

/** Which version of tokens callers of a version of the interface understand. */
export function tokenVersionOf(version: CdiVersion): string {
  if (version >= 400) return '5';
  return version >= 300 ? '4' : LEGACY_VERSION;
}

/** Refuses an application's claims that have the name of one of ours. */
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
  if (version === LEGACY_VERSION) return signLegacyToken(content, privateKey);
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

interface Reading {
  readonly now: Date;
  /** `allowed` still checks the rest. */
  readonly expired: 'refused' | 'allowed';
}

/** Reads and verifies. Rejects with TokenRefused. */
export async function readCoreToken(
  keys: CoreKeys,
  app: App,
  token: string,
  { now, expired }: Reading,
): Promise<AccessTokenContent> {
  const content = isLegacyToken(token)
    ? await readLegacyToken(keys, app, token)
    : await readJwt(keys, app, token, now);
  if (content === undefined) throw new TokenRefused('JWT verification failed');
  const isOver = content.expiresAt <= Math.floor(now.getTime() / 1000);
  if (isOver && expired === 'refused') throw new TokenRefused('Access token expired');
  return content;
}

async function readJwt(
  keys: CoreKeys,
  app: App,
  token: string,
  now: Date,
): Promise<AccessTokenContent | undefined> {
  const header = headerOf(token);
  const { kid, version } = header;
  if (header.typ !== 'JWT' || typeof kid !== 'string' || typeof version !== 'string') {
    throw new TokenRefused('JWT header mismatch');
  }
  const key = await keys.verifying(app, (each) => each.kid === kid);
  if (key === undefined) throw new TokenRefused('Key not found');
  try {
    const options = { algorithms: [ALGORITHM], currentDate: now };
    return contentOf((await jwtVerify(token, key.publicKey, options)).payload, version);
  } catch (error) {
    // Its signature was checked before its time.
    if (error instanceof errors.JWTExpired) return contentOf(error.payload, version);
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
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
  const names = NAMES[version] ?? [];
  const entries = Object.entries(payload);
  const { data: own } = OWN.safeParse(
    Object.fromEntries(entries.filter(([name]) => names.includes(name))),
  );
  if (own === undefined) throw new TokenRefused('JWT payload is not that of a session');
  const { sub, sessionHandle, refreshTokenHash1 } = own;
  return {
    version,
    userId: sub,
    recipeUserId: own.rsub ?? sub,
    tenantId: own.tId ?? PUBLIC,
    sessionHandle,
    refreshTokenHash1,
    parentRefreshTokenHash1: own.parentRefreshTokenHash1 ?? null,
    antiCsrfToken: own.antiCsrfToken ?? null,
    claims: Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
    issuedAt: own.iat,
    expiresAt: own.exp,
  };
}
