import type { Database } from '../../../platform/database/database.js';
import type { AppDirectory } from '../apps/app-directory.js';
import type { Call } from '../protocol/endpoint.js';
import type { JsonObject } from '../protocol/fields.js';
import type { AccessTokenContent } from './access-token-content.js';
import { readCoreToken, signCoreToken, TokenRefused } from './core-access-token.js';
import { sha256 } from './core-refresh-token.js';
import { type CoreSessionRow, findCoreSession, rotateLineage } from './core-session.store.js';
import { accessTimes, describeAccessToken, type IssueDeps } from './issued-session.js';
import { tryRefreshToken, unauthorised } from './session-answers.js';
import { readHandle } from './session-handle.js';

export interface VerifyCoreDeps extends IssueDeps {
  readonly database: Database;
  readonly apps: AppDirectory;
}

export interface VerifyInput {
  readonly accessToken: string;
  readonly antiCsrfToken?: string | undefined;
  readonly doAntiCsrfCheck: boolean;
  readonly enableAntiCsrf: boolean;
  readonly checkDatabase: boolean;
}

/**
 * Checks an access token. Its first use after a refresh makes the refresh token that came with it
 * the parent of the lineage, and yields an access token that says so.
 */
export async function verifyCoreSession(
  deps: VerifyCoreDeps,
  call: Call,
  input: VerifyInput,
): Promise<JsonObject> {
  const { database, clock, keys, apps } = deps;
  const { app, realm, version } = call;
  const read = readCoreToken(keys, app, input.accessToken, {
    now: clock.now(),
    expired: 'refused',
  });
  const token = await read.catch(orRefusal);
  if (token instanceof TokenRefused) return tryRefreshToken(token.message);
  if (input.enableAntiCsrf && input.doAntiCsrfCheck && !isSameSite(token, input)) {
    return tryRefreshToken('anti-csrf check failed');
  }
  const id = readHandle(apps, app, token.sessionHandle);
  const missing = unauthorised(
    input.checkDatabase
      ? 'Either the session has ended or has been blacklisted'
      : 'Session missing in db',
  );
  if (id === undefined) return missing;
  const stored = input.checkDatabase ? await findCoreSession(database, realm, id) : undefined;
  if (input.checkDatabase && stored === undefined) return missing;
  const isChanged = stored !== undefined && !isSameJson(JSON.parse(stored.claims), token.claims);
  const session = describeTokenSession(token, version);
  if (token.parentRefreshTokenHash1 === null && !isChanged) return { status: 'OK', session };

  const promoted = await promote(deps, call, id, token);
  if (promoted === undefined) return unauthorised('Session missing in db');
  const isParent = promoted.refreshHash === sha256(token.refreshTokenHash1);
  if (!isParent && !isChanged) return { status: 'OK', session };
  const claims: JsonObject = JSON.parse(promoted.claims);
  const content = { ...token, claims, parentRefreshTokenHash1: null };
  const accessToken = await mint(deps, call, promoted, content);
  return { status: 'OK', session: { ...session, userDataInJWT: claims }, accessToken };
}

export function describeTokenSession(token: AccessTokenContent, version: number): JsonObject {
  return {
    handle: token.sessionHandle,
    userId: token.userId,
    ...(version >= 400 ? { recipeUserId: token.recipeUserId } : {}),
    userDataInJWT: token.claims,
    ...(version >= 300 ? { tenantId: token.tenantId } : {}),
  };
}

/** For `catch`: the refusal of a token becomes a value, every other error is thrown on. */
export function orRefusal(error: unknown): TokenRefused {
  if (error instanceof TokenRefused) return error;
  throw error;
}

function isSameSite({ antiCsrfToken }: AccessTokenContent, input: VerifyInput): boolean {
  return antiCsrfToken !== null && antiCsrfToken === input.antiCsrfToken;
}

/** The session after this token's refresh token became the parent, or as it is. */
async function promote(
  { database, clock }: VerifyCoreDeps,
  { app, realm }: Call,
  id: string,
  token: AccessTokenContent,
): Promise<CoreSessionRow | undefined> {
  const { parentRefreshTokenHash1: parent, refreshTokenHash1 } = token;
  if (parent === null) return findCoreSession(database, realm, id);
  const now = clock.now();
  const presentedHash = sha256(refreshTokenHash1);
  const found = await rotateLineage(database, realm, {
    id,
    parentHash: sha256(parent),
    presentedHash,
    now,
    expiresAt: new Date(now.getTime() + app.config.refreshTokenMs),
    accessExpiresAt: new Date(now.getTime() + app.config.accessTokenMs),
  });
  // As with a refresh: a call at the same moment may have been first.
  if (found && found.refreshHash === presentedHash) return found;
  return findCoreSession(database, realm, id);
}

async function mint(
  { keys, clock }: VerifyCoreDeps,
  { app }: Call,
  session: CoreSessionRow,
  content: AccessTokenContent,
): Promise<JsonObject> {
  const times = accessTimes(app, clock.now());
  const kind = session.usesStaticKey ? 'static' : 'dynamic';
  const token = await signCoreToken(keys, app, kind, { ...content, ...times });
  return describeAccessToken(token, times);
}

/** True for the same JSON, whatever the order of its names. */
function isSameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [ofA, ofB] = [Object.entries(a), new Map(Object.entries(b))];
  if (Array.isArray(a) !== Array.isArray(b) || ofA.length !== ofB.size) return false;
  return ofA.every(([name, value]) => ofB.has(name) && isSameJson(value, ofB.get(name)));
}
