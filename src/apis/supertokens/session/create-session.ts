import type { Clock } from '../../../kernel/clock.js';
import type { NewId } from '../../../kernel/ids.js';
import type { Database } from '../../../platform/database/database.js';
import type { Events } from '../../../platform/events/events.js';
import { refuse } from '../protocol/core-error.js';
import type { Call } from '../protocol/endpoint.js';
import type { JsonObject } from '../protocol/fields.js';
import { findUserById, markActive } from '../users/user-ids.store.js';
import { checkClaims, tokenVersionOf } from './core-access-token.js';
import { sha256 } from './core-refresh-token.js';
import { insertCoreSession } from './core-session.store.js';
import { describeSession, type IssueDeps, issueTokens } from './issued-session.js';
import { legacyAnswer, usesStaticKey } from './legacy-answer.js';
import { CORE_SESSION_CREATED } from './session-events.js';

export interface CreateSessionDeps extends IssueDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly events: Events;
}

export interface NewSessionInput {
  readonly userId: string;
  readonly userDataInJWT: JsonObject;
  readonly userDataInDatabase: JsonObject;
  readonly enableAntiCsrf: boolean;
  readonly useDynamicSigningKey?: boolean | undefined;
}

/** Makes a session for whomever the application names: it has checked who that is. */
export async function createSession(
  deps: CreateSessionDeps,
  call: Call,
  input: NewSessionInput,
): Promise<JsonObject> {
  const { database, clock, newId, events } = deps;
  const { app, realm, tenant, version, caller } = call;
  const tokenVersion = tokenVersionOf(version);
  checkClaims(input.userDataInJWT, tokenVersion);
  const found = await findUserById(database, realm, input.userId);
  if (found?.disabled) refuse(403, 'The user is disabled');
  const now = clock.now();
  const session = {
    id: newId(),
    tenantId: tenant.id,
    subject: found?.subject ?? input.userId,
    userId: found?.userId ?? input.userId,
    ownerId: found?.ownerId ?? null,
    usesStaticKey: usesStaticKey(call, input.useDynamicSigningKey) ?? false,
    data: JSON.stringify(input.userDataInDatabase),
    claims: JSON.stringify(input.userDataInJWT),
    createdAt: now,
    expiresAt: new Date(now.getTime() + app.config.refreshTokenMs),
  };
  const tokens = await issueTokens(deps, {
    app,
    session,
    tokenVersion,
    enableAntiCsrf: input.enableAntiCsrf,
    refreshExpiresAt: session.expiresAt,
  });
  const refreshHash = sha256(sha256(String(tokens.refreshToken.token)));
  const accessExpiresAt = new Date(now.getTime() + app.config.accessTokenMs);
  await database.transaction(async (sql) => {
    await insertCoreSession(sql, realm, { ...session, refreshHash, accessExpiresAt });
    await markActive(sql, realm, session.userId, now);
    const about = { userId: session.ownerId, sessionId: session.id };
    await events.emit(sql, realm, CORE_SESSION_CREATED, { caller, ...about });
  });
  const legacy = await legacyAnswer(deps.keys, call, tokens);
  return { session: describeSession(session, version), ...tokens, ...legacy };
}
