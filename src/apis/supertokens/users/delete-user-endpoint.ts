import { z } from 'zod';
import type { EndSessions } from '../../../features/sessions/index.js';
import { USER_DELETED } from '../../../features/users/index.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import type { Events } from '../../../platform/events/events.js';
import { deleteLoginMethod, lockLinking } from '../account-linking/linking.store.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { optionalFlag, text } from '../protocol/fields.js';
import { findStoredSessions } from '../session/core-session.store.js';
import { revokeCoreSessions } from '../session/revoke-core-sessions.js';
import { deleteOwner, deleteSubjects } from './delete-user.store.js';
import { findMethodsOfUser, type LoginMethod } from './login-method.store.js';
import { findUserById } from './user-ids.store.js';

export interface DeleteUserDeps {
  readonly database: Database;
  readonly events: Events;
  readonly endSessions: EndSessions;
}

/** Deletes a user with all that is kept of them, or one of their login methods. */
export function deleteUserEndpoint(deps: DeleteUserDeps): Endpoint {
  const { database } = deps;
  return endpoint({
    method: 'POST',
    path: '/user/remove',
    scope: 'app',
    input: z.object({ userId: text, removeAllLinkedAccounts: optionalFlag }),
    handle: async (call, { userId, removeAllLinkedAccounts = true }) => {
      const { realm } = call;
      await database.transaction(async (sql) => {
        await lockLinking(sql, realm);
        const all = await findMethodsOfUser(sql, realm, userId);
        const found = await findUserById(sql, realm, userId);
        const own = all.find(({ id }) => id === found?.id);
        const isLast = all.length === 1 && own !== undefined;
        if (all.length === 0) await deleteKept(deps, sql, call, [userId]);
        else if (removeAllLinkedAccounts || isLast) await deleteWhole(deps, sql, call, all);
        else if (own !== undefined) await deleteOne(deps, sql, call, own);
      });
      return OK;
    },
  });
}

async function deleteWhole(
  deps: DeleteUserDeps,
  sql: SqlExecutor,
  call: Call,
  all: readonly LoginMethod[],
): Promise<void> {
  const { realm, caller } = call;
  const [first] = all;
  if (first === undefined) return;
  const { ownerId, userId } = first;
  const ids = all.flatMap(({ id, subject }) => [id, subject]);
  await deleteKept(deps, sql, call, [ownerId, userId, ...ids]);
  await deps.endSessions.run(sql, realm, { userId: ownerId }, 'user_deleted', caller);
  await deps.events.emit(sql, realm, USER_DELETED, { caller, userId: ownerId });
  await deleteOwner(sql, realm, ownerId);
}

/** The user stays with their id, and with what is kept under it. */
async function deleteOne(
  deps: DeleteUserDeps,
  sql: SqlExecutor,
  call: Call,
  own: LoginMethod,
): Promise<void> {
  if (own.id !== own.ownerId) await deleteKept(deps, sql, call, [own.id, own.subject]);
  await deleteLoginMethod(sql, call.realm, own.id);
}

async function deleteKept(
  { endSessions }: DeleteUserDeps,
  sql: SqlExecutor,
  { realm, caller }: Call,
  subjects: readonly string[],
): Promise<void> {
  const sessions = await findStoredSessions(sql, realm, { subjects });
  const ids = sessions.map(({ id }) => id);
  await revokeCoreSessions(sql, realm, ids, { endSessions, caller });
  await deleteSubjects(sql, realm, subjects);
}
