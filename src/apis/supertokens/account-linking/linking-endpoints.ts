import { z } from 'zod';
import type { EndSessions } from '../../../features/sessions/index.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import { type Call, type Endpoint, endpoint, OK } from '../protocol/endpoint.js';
import { text } from '../protocol/fields.js';
import { findStoredSessions } from '../session/core-session.store.js';
import { revokeCoreSessions } from '../session/revoke-core-sessions.js';
import { findLoginMethods, type LoginMethod } from '../users/login-method.store.js';
import { userJson } from '../users/user-json.js';
import {
  deleteLoginMethod,
  deletePrimary,
  insertPrimary,
  lockLinking,
  moveToOwnUser,
  moveToUser,
} from './linking.store.js';
import { conflictOf, knownUser } from './linking-checks.js';

export interface LinkingDeps {
  readonly database: Database;
  readonly endSessions: EndSessions;
}

const ONE = z.object({ recipeUserId: text });
const TWO = z.object({ recipeUserId: text, primaryUserId: text });
const PATH = '/recipe/accountlinking/user';

/** Several login methods of one user. */
export function linkingEndpoints({ database, endSessions }: LinkingDeps): Endpoint[] {
  async function makePrimary(call: Call, id: string, kind: 'check' | 'do') {
    const { realm, version } = call;
    return database.transaction(async (sql) => {
      await lockLinking(sql, realm);
      const { own, all } = await knownUser(sql, realm, id);
      const shown = (methods: readonly LoginMethod[]) =>
        kind === 'do' ? { user: userJson(methods, version) } : {};
      if (own.isPrimary) {
        if (own.id === own.ownerId) return { ...OK, wasAlreadyAPrimaryUser: true, ...shown(all) };
        return {
          status: 'RECIPE_USER_ID_ALREADY_LINKED_WITH_PRIMARY_USER_ID_ERROR',
          primaryUserId: own.userId,
          description: 'This user ID is already linked to another user ID',
        };
      }
      const conflict = await conflictOf(sql, realm, all, own);
      if (conflict !== undefined) return conflict;
      if (kind === 'do') await insertPrimary(sql, realm, own.ownerId);
      const methods = await findLoginMethods(sql, realm, [own.ownerId]);
      return { ...OK, wasAlreadyAPrimaryUser: false, ...shown(methods) };
    });
  }

  async function link(call: Call, input: z.output<typeof TWO>, kind: 'check' | 'do') {
    const { realm, version } = call;
    return database.transaction(async (sql) => {
      await lockLinking(sql, realm);
      const primary = await knownUser(sql, realm, input.primaryUserId);
      if (!primary.own.isPrimary) return { status: 'INPUT_USER_IS_NOT_A_PRIMARY_USER' };
      const { own, all } = await knownUser(sql, realm, input.recipeUserId);
      const { ownerId } = primary.own;
      if (own.ownerId === ownerId) {
        const user = kind === 'do' ? { user: userJson(primary.all, version) } : {};
        return { ...OK, accountsAlreadyLinked: true, ...user };
      }
      if (own.isPrimary) {
        return {
          status: 'RECIPE_USER_ID_ALREADY_LINKED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR',
          primaryUserId: own.userId,
          description: 'The input recipe user ID is already linked to another user ID',
          user: userJson(all, version),
        };
      }
      const tenantIds = [...primary.all, own].flatMap((method) => method.tenantIds);
      const conflict = await conflictOf(sql, realm, [own], { ownerId, tenantIds });
      if (conflict !== undefined) return conflict;
      if (kind === 'check') return { ...OK, accountsAlreadyLinked: false };
      await endAll(sql, call, own);
      await moveToUser(sql, realm, { id: own.id, from: own.ownerId, to: ownerId });
      await insertPrimary(sql, realm, ownerId);
      const methods = await findLoginMethods(sql, realm, [ownerId]);
      return { ...OK, accountsAlreadyLinked: false, user: userJson(methods, version) };
    });
  }

  async function unlink(call: Call, id: string) {
    const { realm } = call;
    return database.transaction(async (sql) => {
      await lockLinking(sql, realm);
      const { own, all } = await knownUser(sql, realm, id);
      if (!own.isPrimary) return { ...OK, wasRecipeUserDeleted: false, wasLinked: false };
      await endAll(sql, call, own);
      const isFirst = own.id === own.ownerId;
      const isDeleted = isFirst && all.length > 1;
      if (isDeleted) await deleteLoginMethod(sql, realm, own.id);
      if (isFirst && !isDeleted) await deletePrimary(sql, realm, own.ownerId);
      else await insertPrimary(sql, realm, own.ownerId);
      if (!isFirst) await moveToOwnUser(sql, realm, own.id);
      return { ...OK, wasRecipeUserDeleted: isDeleted, wasLinked: true };
    });
  }

  /** The sessions of this login method: what they may do has changed. */
  async function endAll(sql: SqlExecutor, { realm, caller }: Call, own: LoginMethod) {
    const ids = (await findStoredSessions(sql, realm, { subjects: [own.subject] })).map(
      ({ id }) => id,
    );
    await revokeCoreSessions(sql, realm, ids, { endSessions, caller });
    const isWhole = own.id === own.ownerId;
    const which = { userId: own.ownerId };
    if (isWhole) await endSessions.run(sql, realm, which, 'signed_out', caller);
  }

  return [
    endpoint({
      method: 'GET',
      path: `${PATH}/primary/check`,
      scope: 'app',
      input: ONE,
      handle: (call, { recipeUserId }) => makePrimary(call, recipeUserId, 'check'),
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/primary`,
      scope: 'app',
      input: ONE,
      handle: (call, { recipeUserId }) => makePrimary(call, recipeUserId, 'do'),
    }),
    endpoint({
      method: 'GET',
      path: `${PATH}/link/check`,
      scope: 'app',
      input: TWO,
      handle: (call, input) => link(call, input, 'check'),
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/link`,
      scope: 'app',
      input: TWO,
      handle: (call, input) => link(call, input, 'do'),
    }),
    endpoint({
      method: 'POST',
      path: `${PATH}/unlink`,
      scope: 'app',
      input: ONE,
      handle: (call, { recipeUserId }) => unlink(call, recipeUserId),
    }),
  ];
}
