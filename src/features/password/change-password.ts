import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { ConfirmIdentity, Viewer } from './confirm-identity.js';
import type { HashNewPassword } from './new-password.js';
import type { ReplacePassword } from './replace-password.js';

export interface ChangePasswordDeps {
  readonly database: Database;
  readonly confirm: ConfirmIdentity;
  readonly hashNewPassword: HashNewPassword;
  readonly replace: ReplacePassword;
}

export interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly signOutOtherSessions: boolean;
}

/** A signed-in user chooses another password (ASVS 6.2.3). */
export class ChangePassword {
  readonly #deps: ChangePasswordDeps;

  constructor(deps: ChangePasswordDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves to how many sessions it ended. Rejects with INVALID_CREDENTIALS, WEAK_PASSWORD or
   * RATE_LIMITED.
   */
  async run(
    realm: Realm,
    viewer: Viewer,
    { currentPassword, newPassword, signOutOtherSessions }: PasswordChange,
    caller: Caller,
  ): Promise<number> {
    const { database, confirm, hashNewPassword, replace } = this.#deps;
    const owner = await confirm.run(realm, viewer, currentPassword, caller);
    const hash = await hashNewPassword(realm, newPassword, owner.email, caller);
    const keep = signOutOtherSessions ? { sessionId: viewer.sessionId } : 'all';
    return database.transaction((sql) => replace.run(sql, realm, owner, { hash, keep }, caller));
  }
}
