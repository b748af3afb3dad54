import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database, SqlExecutor } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { ADMIN, ADMIN_ROLE, isRoleName, type RoleWithScopes, roleProblem } from './role.policy.js';
import {
  deleteRoleRow,
  existingRoles,
  hasOtherAdministrator,
  listRoles,
  lockRole,
  upsertRole,
} from './role.store.js';
import { ROLE_DELETED, ROLE_SAVED } from './role-events.js';

export interface RolesDeps {
  readonly database: Database;
  readonly events: Events;
}

/** A realm's roles: the built-in one, and those that it defined. */
export class Roles {
  readonly #deps: RolesDeps;

  constructor(deps: RolesDeps) {
    this.#deps = deps;
  }

  async list(realm: Realm): Promise<RoleWithScopes[]> {
    // Applications may have roles of other names, which are theirs alone.
    const named = (await listRoles(this.#deps.database, realm)).filter(
      ({ name }) => isRoleName(name) && name !== ADMIN,
    );
    return [ADMIN_ROLE, ...named];
  }

  /**
   * Makes a role, or changes what it grants: its holders have that from their next refresh on.
   * Rejects with INVALID_ROLE.
   */
  async save(realm: Realm, input: RoleWithScopes, caller: Caller): Promise<RoleWithScopes> {
    const problem = roleProblem(input);
    if (problem !== undefined) throw new AuthError('INVALID_ROLE', problem);
    const { database, events } = this.#deps;
    const role = { name: input.name, scopes: [...new Set(input.scopes)] };
    await database.transaction(async (sql) => {
      await upsertRole(sql, realm, role);
      const details = { role: role.name, scopes: role.scopes };
      await events.emit(sql, realm, ROLE_SAVED, { caller, details });
    });
    return role;
  }

  /** In the caller's transaction, until whose end they stay. Rejects with INVALID_ROLE. */
  async assertKnown(sql: SqlExecutor, realm: Realm, names: readonly string[]): Promise<void> {
    const askedFor = names.filter(isRoleName);
    const known = askedFor.length > 0 ? await existingRoles(sql, realm, askedFor) : [];
    const unknown = names.find((name) => name !== ADMIN && !known.includes(name));
    if (unknown !== undefined) throw new AuthError('INVALID_ROLE', 'There is no such role.');
  }

  /**
   * From here until the end of the caller's transaction nobody is granted this role. Rejects with
   * NOT_FOUND, and with INVALID_ROLE for the built-in one.
   */
  async lock(sql: SqlExecutor, realm: Realm, name: string): Promise<void> {
    if (name === ADMIN) {
      throw new AuthError('INVALID_ROLE', 'The role "admin" is built in, and cannot be deleted.');
    }
    if (isRoleName(name) && (await lockRole(sql, realm, name))) return;
    throw new AuthError('NOT_FOUND', 'There is no such role.');
  }

  /** Deletes a role that is locked, and that nobody holds any more. */
  async delete(sql: SqlExecutor, realm: Realm, name: string, caller: Caller): Promise<void> {
    await deleteRoleRow(sql, realm, name);
    await this.#deps.events.emit(sql, realm, ROLE_DELETED, { caller, details: { role: name } });
  }

  /**
   * Call in the transaction that takes an administrator away: rejects with LAST_ADMINISTRATOR when
   * nobody else is one.
   */
  async keepAdministrator(sql: SqlExecutor, realm: Realm, userId: string): Promise<void> {
    if (await hasOtherAdministrator(sql, realm, userId)) return;
    throw new AuthError('LAST_ADMINISTRATOR', 'This is the last administrator.');
  }
}
