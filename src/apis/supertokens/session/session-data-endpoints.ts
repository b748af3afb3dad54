import { z } from 'zod';
import type { EndSessions } from '../../../features/sessions/index.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import type { AppDirectory } from '../apps/app-directory.js';
import { refuse } from '../protocol/core-error.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import {
  jsonObject,
  optionalFlag,
  optionalText,
  optionalTexts,
  queryFlag,
  text,
} from '../protocol/fields.js';
import { findLinkedSubjects } from '../users/linked-subjects.store.js';
import { findUserById, markActive } from '../users/user-ids.store.js';
import { checkClaims, tokenVersionOf } from './core-access-token.js';
import {
  findCoreSession,
  findSessionsOf,
  type SessionChange,
  updateCoreSession,
} from './core-session.store.js';
import { revokeCoreSessions } from './revoke-core-sessions.js';
import { unauthorised } from './session-answers.js';
import { readHandle, writeHandle } from './session-handle.js';

export interface SessionDataDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly apps: AppDirectory;
  readonly endSessions: EndSessions;
}

const REMOVE = z.object({
  sessionHandles: optionalTexts,
  userId: optionalText,
  revokeAcrossAllTenants: optionalFlag,
  revokeSessionsForLinkedAccounts: optionalFlag,
});
const LIST = z.object({
  userId: text,
  fetchAcrossAllTenants: queryFlag(true),
  fetchSessionsForAllLinkedAccounts: queryFlag(true),
});

/** What sessions carry, who has which, and their end. */
export function sessionDataEndpoints(deps: SessionDataDeps): Endpoint[] {
  const { database, clock, apps, endSessions } = deps;

  async function change(call: Call, handle: string, what: SessionChange): Promise<object> {
    const id = readHandle(apps, call.app, handle);
    const found = id && (await updateCoreSession(database, call.realm, id, what, clock.now()));
    return found ? OK : unauthorised('Session does not exist.');
  }

  async function idsOf(call: Call, userId: string, { allTenants = true, linked = true }) {
    const subjects = linked ? await findLinkedSubjects(database, call.realm, userId) : [userId];
    const tenantId = allTenants ? null : call.tenant.id;
    return findSessionsOf(database, call.realm, { subjects, tenantId }, clock.now());
  }

  async function revoke(call: Call, input: z.output<typeof REMOVE>): Promise<string[]> {
    const { app, realm, caller } = call;
    const { userId, sessionHandles = [], revokeAcrossAllTenants: allTenants } = input;
    const linked = input.revokeSessionsForLinkedAccounts;
    const ids =
      userId === undefined
        ? sessionHandles.flatMap((handle) => readHandle(apps, app, handle) ?? [])
        : (
            await idsOf(call, userId, {
              ...(allTenants === undefined ? {} : { allTenants }),
              ...(linked === undefined ? {} : { linked }),
            })
          ).map(({ id }) => id);
    return database.transaction(async (sql) => {
      const ended = await revokeCoreSessions(sql, realm, ids, { endSessions, caller });
      if (userId !== undefined) await endGraphSessions(sql, call, input);
      return ended.map(writeHandle);
    });
  }

  /** Whoever ends all sessions of a user means those of the graph, too. */
  async function endGraphSessions(
    sql: SqlExecutor,
    { realm, caller }: Call,
    { userId = '', ...which }: z.output<typeof REMOVE>,
  ): Promise<void> {
    await markActive(sql, realm, userId, clock.now());
    const { revokeAcrossAllTenants = true, revokeSessionsForLinkedAccounts = true } = which;
    const user = await findUserById(sql, realm, userId);
    if (user === undefined || !revokeAcrossAllTenants || !revokeSessionsForLinkedAccounts) return;
    await endSessions.run(sql, realm, { userId: user.ownerId }, 'signed_out', caller);
  }

  return [
    endpoint({
      method: 'POST',
      path: '/recipe/session/remove',
      scope: 'tenant',
      input: REMOVE,
      handle: async (call, input) => {
        if ((input.userId === undefined) === (input.sessionHandles === undefined)) {
          refuse(400, "Invalid JSON input - use one of 'userId' or 'sessionHandles' array");
        }
        return { ...OK, sessionHandlesRevoked: await revoke(call, input) };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/session',
      scope: 'session',
      input: z.object({ sessionHandle: text }),
      handle: async ({ app, realm, version }, { sessionHandle }) => {
        const id = readHandle(apps, app, sessionHandle);
        const found = id && (await findCoreSession(database, realm, id, clock.now()));
        if (!found) return unauthorised('Session does not exist.');
        return {
          ...OK,
          sessionHandle: writeHandle(found),
          userId: found.userId,
          ...(version >= 400 ? { recipeUserId: found.subject } : {}),
          userDataInDatabase: JSON.parse(found.data),
          userDataInJWT: JSON.parse(found.claims),
          expiry: found.expiresAt.getTime(),
          timeCreated: found.createdAt.getTime(),
          ...(version >= 300 ? { tenantId: found.tenantId } : {}),
        };
      },
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/session/data',
      scope: 'session',
      input: z.object({ sessionHandle: text, userDataInDatabase: jsonObject }),
      handle: (call, { sessionHandle, userDataInDatabase }) =>
        change(call, sessionHandle, { data: JSON.stringify(userDataInDatabase) }),
    }),
    endpoint({
      method: 'PUT',
      path: '/recipe/jwt/data',
      scope: 'session',
      input: z.object({ sessionHandle: text, userDataInJWT: jsonObject }),
      handle: async (call, { sessionHandle, userDataInJWT }) => {
        checkClaims(userDataInJWT, tokenVersionOf(call.version));
        return change(call, sessionHandle, { claims: JSON.stringify(userDataInJWT) });
      },
    }),
    endpoint({
      method: 'GET',
      path: '/recipe/session/user',
      scope: 'tenant',
      input: LIST,
      handle: async (call, input) => {
        const allTenants = input.fetchAcrossAllTenants;
        const linked = input.fetchSessionsForAllLinkedAccounts;
        const found = await idsOf(call, input.userId, { allTenants, linked });
        return { ...OK, sessionHandles: found.map(writeHandle) };
      },
    }),
  ];
}
