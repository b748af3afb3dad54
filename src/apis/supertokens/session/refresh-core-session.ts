import type { Database } from '../../../platform/database/database.js';
import type { Events } from '../../../platform/events/events.js';
import type { AppDirectory } from '../apps/app-directory.js';
import type { Call } from '../protocol/endpoint.js';
import type { JsonObject } from '../protocol/fields.js';
import { markActive } from '../users/user-ids.store.js';
import { tokenVersionOf } from './core-access-token.js';
import { sha256 } from './core-refresh-token.js';
import {
  type CoreSessionRow,
  findCoreSession,
  rotateLineage,
  updateCoreSession,
} from './core-session.store.js';
import type { ImportedRefreshTokens } from './imported-refresh-tokens.js';
import { describeSession, type IssueDeps, issueTokens } from './issued-session.js';
import { legacyAnswer, usesStaticKey } from './legacy-answer.js';
import { unauthorised } from './session-answers.js';
import { CORE_TOKEN_REUSED } from './session-events.js';
import { readHandle } from './session-handle.js';

export interface RefreshCoreDeps extends IssueDeps {
  readonly database: Database;
  readonly events: Events;
  readonly apps: AppDirectory;
  readonly importedTokens: ImportedRefreshTokens;
}

export interface RefreshInput {
  readonly refreshToken: string;
  readonly antiCsrfToken?: string | undefined;
  readonly enableAntiCsrf: boolean;
  readonly useDynamicSigningKey?: boolean | undefined;
}

/**
 * Trades a refresh token for a child of it. The parent of a lineage may have many; the first of
 * them that is used, here or by its access token, becomes the parent, and the others are theft.
 */
export async function refreshCoreSession(
  deps: RefreshCoreDeps,
  call: Call,
  input: RefreshInput,
): Promise<JsonObject> {
  const { database, clock, events, refreshTokens, importedTokens, apps } = deps;
  const { app, realm, version, caller } = call;
  const presented =
    refreshTokens.read(realm, input.refreshToken) ??
    (await importedTokens.read(realm, input.refreshToken));
  if (presented === undefined) return unauthorised('Invalid refresh token');
  if (input.enableAntiCsrf && isForged(presented.antiCsrfToken, input.antiCsrfToken)) {
    return unauthorised('Anti CSRF token missing, or not matching');
  }
  const id = readHandle(apps, app, presented.sessionHandle);
  if (id === undefined) return unauthorised(GONE);
  const presentedHash = sha256(sha256(input.refreshToken));
  const parent = presented.parentRefreshTokenHash1;
  const now = clock.now();
  const after = (ms: number) => new Date(now.getTime() + ms);
  let found = await rotateLineage(database, realm, {
    id,
    parentHash: parent === undefined ? null : sha256(parent),
    presentedHash,
    now,
    expiresAt: after(app.config.refreshTokenMs),
    accessExpiresAt: after(app.config.accessTokenMs),
  });
  // Another call with the same token may have come first: then the statement saw the time before.
  if (found && found.refreshHash !== presentedHash) {
    found = await findCoreSession(database, realm, id, now);
  }
  if (found === undefined) return unauthorised(GONE);
  if (found.refreshHash !== presentedHash) {
    const about = { userId: found.ownerId, sessionId: found.id };
    await events.emit(database, realm, CORE_TOKEN_REUSED, { caller, ...about });
    return { status: 'TOKEN_THEFT_DETECTED', session: describeStolen(found, version) };
  }
  const session = await followKeyMode(deps, call, found, input.useDynamicSigningKey);
  if (session === undefined) return unauthorised(GONE);
  await markActive(database, realm, session.userId, now);
  const tokens = await issueTokens(deps, {
    app,
    session,
    tokenVersion: tokenVersionOf(version),
    enableAntiCsrf: input.enableAntiCsrf,
    parent: input.refreshToken,
    refreshExpiresAt: after(app.config.refreshTokenMs),
  });
  const legacy = await legacyAnswer(deps.keys, call, tokens);
  return { status: 'OK', session: describeSession(session, version), ...tokens, ...legacy };
}

const GONE = 'Session missing in db or has expired';

function isForged(expected: string | undefined, sent: string | undefined): boolean {
  return expected !== undefined && expected !== sent;
}

function describeStolen(session: CoreSessionRow, version: number): JsonObject {
  const { handle, userId, recipeUserId } = describeSession(session, version);
  return version >= 400 ? { handle, userId, recipeUserId } : { handle, userId };
}

/** Which kind of key signs is the session's, until a refresh says otherwise. */
async function followKeyMode(
  { database }: RefreshCoreDeps,
  call: Call,
  session: CoreSessionRow,
  useDynamicSigningKey: boolean | undefined,
): Promise<CoreSessionRow | undefined> {
  const wanted = usesStaticKey(call, useDynamicSigningKey) ?? session.usesStaticKey;
  if (wanted === session.usesStaticKey) return session;
  return updateCoreSession(database, call.realm, session.id, { usesStaticKey: wanted });
}
