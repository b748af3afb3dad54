import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { ADMIN } from '../roles/index.js';
import { ROLE_GRANTED, ROLE_REVOKED } from './administration-events.js';
import type { ManageUsers, ManageUsersDeps } from './manage-users.js';
import { releaseRole, setRoles } from './managed-user.store.js';

/** How many holders lose a role in one transaction. */
const BATCH = 100;

export interface ManageRolesDeps
  extends Pick<ManageUsersDeps, 'database' | 'events' | 'roles' | 'endSessions'> {
  readonly users: ManageUsers;
}

/**
 * Who holds which role. Calls resolve to the user's id and reject with NOT_FOUND, and with
 * INVALID_ROLE for an unknown role.
 */
export class ManageRoles {
  readonly #deps: ManageRolesDeps;

  constructor(deps: ManageRolesDeps) {
    this.#deps = deps;
  }

  /** They have what the role grants from their next refresh on. Twice is not an error. */
  grant(realm: Realm, userId: string, role: string, caller: Caller): Promise<string> {
    const { users, roles, events } = this.#deps;
    return users.change(realm, userId, async (sql, user) => {
      await roles.assertKnown(sql, realm, [role]);
      if (user.roles.includes(role)) return;
      await setRoles(sql, realm, user.id, [...user.roles, role]);
      await events.emit(sql, realm, ROLE_GRANTED, { caller, userId: user.id, details: { role } });
    });
  }

  /** Their sessions end, since tokens that say more than they may are out. */
  revoke(realm: Realm, userId: string, role: string, caller: Caller): Promise<string> {
    const { users, roles } = this.#deps;
    return users.change(realm, userId, async (sql, user) => {
      if (!user.roles.includes(role)) return roles.assertKnown(sql, realm, [role]);
      if (role === ADMIN) await users.keepAdministrator(sql, realm, user);
      const others = user.roles.filter((each) => each !== role);
      await setRoles(sql, realm, user.id, others);
      await this.#lost(sql, realm, user.id, role, caller);
    });
  }

  /**
   * Takes a role from all who hold it, some at a time, and then deletes it: a call that was cut
   * short is made again.
   */
  async delete(realm: Realm, role: string, caller: Caller): Promise<void> {
    const { database, roles } = this.#deps;
    await roles.lock(database, realm, role);
    const release = (sql: SqlExecutor) => this.#release(sql, realm, role, caller);
    while ((await database.transaction(release)) === BATCH);
    await database.transaction(async (sql) => {
      await roles.lock(sql, realm, role);
      while ((await release(sql)) > 0);
      await roles.delete(sql, realm, role, caller);
    });
  }

  /** Resolves to how many held it. */
  async #release(sql: SqlExecutor, realm: Realm, role: string, caller: Caller): Promise<number> {
    const userIds = await releaseRole(sql, realm, role, BATCH);
    for (const userId of userIds) await this.#lost(sql, realm, userId, role, caller);
    return userIds.length;
  }

  async #lost(
    sql: SqlExecutor,
    realm: Realm,
    userId: string,
    role: string,
    caller: Caller,
  ): Promise<void> {
    const { events, endSessions } = this.#deps;
    await endSessions.run(sql, realm, { userId }, 'role_revoked', caller);
    await events.emit(sql, realm, ROLE_REVOKED, { caller, userId, details: { role } });
  }
}
