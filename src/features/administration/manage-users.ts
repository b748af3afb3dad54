import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import { isId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database, SqlExecutor } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { ADMIN, type Roles } from '../roles/index.js';
import type { EndSessions } from '../sessions/index.js';
import { USER_DELETED, USER_DISABLED, USER_ENABLED } from '../users/index.js';
import { deleteUserRow, lockUser, type ManagedUser, setDisabled } from './managed-user.store.js';

export interface ManageUsersDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly roles: Roles;
  readonly endSessions: EndSessions;
}

/**
 * What administrators do with a user. Each call resolves to the user's id and rejects with
 * NOT_FOUND when there is no such user; what takes an administrator away rejects with
 * LAST_ADMINISTRATOR when nobody else is one.
 */
export class ManageUsers {
  readonly #deps: ManageUsersDeps;

  constructor(deps: ManageUsersDeps) {
    this.#deps = deps;
  }

  /** Ends their sessions; nobody gets in again until they are enabled. Twice is not an error. */
  disable(realm: Realm, id: string, caller: Caller): Promise<string> {
    return this.change(realm, id, async (sql, user) => {
      if (user.disabled) return;
      const { clock, events, endSessions } = this.#deps;
      await this.keepAdministrator(sql, realm, user);
      await setDisabled(sql, realm, user.id, clock.now());
      await endSessions.run(sql, realm, { userId: user.id }, 'user_disabled', caller);
      await events.emit(sql, realm, USER_DISABLED, { caller, userId: user.id });
    });
  }

  enable(realm: Realm, id: string, caller: Caller): Promise<string> {
    return this.change(realm, id, async (sql, user) => {
      if (!user.disabled) return;
      await setDisabled(sql, realm, user.id, null);
      await this.#deps.events.emit(sql, realm, USER_ENABLED, { caller, userId: user.id });
    });
  }

  /** With their identities, sessions and whatever else is theirs. */
  delete(realm: Realm, id: string, caller: Caller): Promise<string> {
    return this.change(realm, id, async (sql, user) => {
      const { events, endSessions } = this.#deps;
      await this.keepAdministrator(sql, realm, user);
      await endSessions.run(sql, realm, { userId: user.id }, 'user_deleted', caller);
      await events.emit(sql, realm, USER_DELETED, { caller, userId: user.id });
      await deleteUserRow(sql, realm, user.id);
    });
  }

  /** Ends all of a user's sessions; resolves to how many. */
  async signOut(realm: Realm, id: string, caller: Caller): Promise<number> {
    let ended = 0;
    await this.change(realm, id, async (sql, user) => {
      const { endSessions } = this.#deps;
      ended = await endSessions.run(sql, realm, { userId: user.id }, 'revoked', caller);
    });
    return ended;
  }

  /** Changes one user in a transaction, while nobody else does; resolves to their id. */
  async change(
    realm: Realm,
    id: string,
    work: (sql: SqlExecutor, user: ManagedUser) => Promise<void>,
  ): Promise<string> {
    return this.#deps.database.transaction(async (sql) => {
      const user = isId(id) ? await lockUser(sql, realm, id) : undefined;
      if (user === undefined) throw new AuthError('NOT_FOUND', 'There is no such user.');
      await work(sql, user);
      return user.id;
    });
  }

  /** Call before the user stops being an administrator who can sign in. */
  async keepAdministrator(sql: SqlExecutor, realm: Realm, user: ManagedUser): Promise<void> {
    if (!user.roles.includes(ADMIN) || user.disabled) return;
    await this.#deps.roles.keepAdministrator(sql, realm, user.id);
  }
}
