import { ROLE_GRANTED, ROLE_REVOKED } from '../../../features/administration/index.js';
import { ROLE_DELETED, ROLE_SAVED } from '../../../features/roles/index.js';
import type { EndSessions } from '../../../features/sessions/index.js';
import type { Database, SqlExecutor } from '../../../platform/database/database.js';
import type { Events } from '../../../platform/events/events.js';
import type { Call } from '../protocol/endpoint.js';
import { PUBLIC } from '../protocol/request-path.js';
import { findWholeUser } from '../users/user-ids.store.js';
import { deleteRole, lockRole, makeRole, saveRole } from './core-role.store.js';
import { isShared, type RoleContent, withPermissions } from './role-content.policy.js';
import {
  assignRole,
  findGraphSessions,
  grantToUser,
  rolesOf,
  takeFromUsers,
  unassignRole,
} from './role-holders.store.js';

export interface GiveRolesDeps {
  readonly database: Database;
  readonly events: Events;
  readonly endSessions: EndSessions;
}

/**
 * Roles as SDKs give them: in the public tenant a user's are those that the graph shows. All else
 * is kept apart (decision 20). Undefined and null stand for a role that is not there.
 */
export class GiveRoles {
  readonly #deps: GiveRolesDeps;

  constructor(deps: GiveRolesDeps) {
    this.#deps = deps;
  }

  /** Makes a role, or adds to what it permits; resolves to whether it was made. */
  async save(call: Call, name: string, permissions: readonly string[]): Promise<boolean> {
    const { database } = this.#deps;
    return database.transaction(async (sql) => {
      const created = await makeRole(sql, call.realm, name);
      const before = await lockRole(sql, call.realm, name);
      if (before === undefined) throw new Error('the role was made');
      await this.#write(sql, call, name, before, withPermissions(name, before, permissions));
      return created;
    });
  }

  /** Takes these permissions, or all; false when there is no such role. */
  async narrow(call: Call, name: string, removed: readonly string[] | null): Promise<boolean> {
    const { database } = this.#deps;
    return database.transaction(async (sql) => {
      const before = await lockRole(sql, call.realm, name);
      if (before === undefined) return false;
      const isLeft = (each: string) => removed !== null && !removed.includes(each);
      const scopes = before.scopes.filter(isLeft);
      const permissions = before.permissions.filter(isLeft);
      await this.#write(sql, call, name, before, { scopes, permissions });
      return true;
    });
  }

  async #write(
    sql: SqlExecutor,
    { realm, caller }: Call,
    name: string,
    before: RoleContent,
    after: RoleContent,
  ): Promise<void> {
    await saveRole(sql, realm, name, after);
    if (before.scopes.length === after.scopes.length) return;
    const details = { role: name, scopes: after.scopes };
    await this.#deps.events.emit(sql, realm, ROLE_SAVED, { caller, details });
  }

  /** Resolves to whether they had it. */
  async give(call: Call, subject: string, name: string): Promise<boolean | undefined> {
    const { realm, tenant, caller } = call;
    return this.#deps.database.transaction(async (sql) => {
      const role = await lockRole(sql, realm, name);
      if (role === undefined) return undefined;
      const userId = await userOf(sql, call, subject);
      const assignment = { tenantId: tenant.id, subject, name };
      if ((await rolesOf(sql, realm, assignment, userId)).includes(name)) return true;
      if (userId === null || !isShared(name, role)) {
        return !(await assignRole(sql, realm, assignment));
      }
      await grantToUser(sql, realm, userId, name);
      const details = { role: name };
      await this.#deps.events.emit(sql, realm, ROLE_GRANTED, { caller, userId, details });
      return false;
    });
  }

  /** Resolves to whether they had it. */
  async take(call: Call, subject: string, name: string): Promise<boolean | undefined> {
    const { realm, tenant } = call;
    return this.#deps.database.transaction(async (sql) => {
      if ((await lockRole(sql, realm, name)) === undefined) return undefined;
      const assignment = { tenantId: tenant.id, subject, name };
      const wasApart = await unassignRole(sql, realm, assignment);
      const userId = await userOf(sql, call, subject);
      const took = userId === null ? [] : await takeFromUsers(sql, realm, userId, name);
      for (const id of took) await this.#lost(sql, call, id, name);
      return wasApart || took.length > 0;
    });
  }

  /** Deletes a role, and takes it from all; false when there is none. */
  async delete(call: Call, name: string): Promise<boolean> {
    const { realm, caller } = call;
    return this.#deps.database.transaction(async (sql) => {
      const role = await lockRole(sql, realm, name);
      if (role === undefined) return false;
      // Of the name that is built in, the application's role alone goes.
      const holders = isNamedByGraph(name) ? await takeFromUsers(sql, realm, null, name) : [];
      for (const id of holders) await this.#lost(sql, call, id, name);
      await deleteRole(sql, realm, name);
      const details = { role: name };
      await this.#deps.events.emit(sql, realm, ROLE_DELETED, { caller, details });
      return true;
    });
  }

  /** The graph's sessions end, whose tokens say more than they may. An SDK's say nothing of it. */
  async #lost(
    sql: SqlExecutor,
    { realm, caller }: Call,
    userId: string,
    role: string,
  ): Promise<void> {
    const { events, endSessions } = this.#deps;
    for (const id of await findGraphSessions(sql, realm, userId)) {
      await endSessions.run(sql, realm, { id }, 'role_revoked', caller);
    }
    await events.emit(sql, realm, ROLE_REVOKED, { caller, userId, details: { role } });
  }
}

function isNamedByGraph(name: string): boolean {
  return isShared(name, { scopes: [], permissions: [] });
}

/** The user whom the graph shows with the roles of this subject; null where it shows none. */
export async function userOf(
  sql: SqlExecutor,
  { realm, tenant }: Call,
  subject: string,
): Promise<string | null> {
  return tenant.id === PUBLIC ? findWholeUser(sql, realm, subject) : null;
}
