import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database, SqlExecutor } from '../../platform/database/database.js';
import type { OneTimeTokens } from '../one-time-tokens/index.js';
import type { CheckPassword, HashNewPassword, ReplacePassword } from '../password/index.js';
import { type Contact, findContact, type ProveAddress } from '../users/index.js';
import { RESET_TOKEN } from './request-password-reset.js';

export interface ResetPasswordDeps {
  readonly database: Database;
  readonly tokens: OneTimeTokens;
  readonly hashNewPassword: HashNewPassword;
  readonly replace: ReplacePassword;
  readonly proveAddress: ProveAddress;
  readonly check: CheckPassword;
}

export interface PasswordReset {
  readonly userId: string;
  readonly endedSessions: number;
}

/** Chooses a new password by the link of a mail, which ends all of the user's sessions. */
export class ResetPassword {
  readonly #deps: ResetPasswordDeps;

  constructor(deps: ResetPasswordDeps) {
    this.#deps = deps;
  }

  /** Rejects with TOKEN_REJECTED, WEAK_PASSWORD (the link still works then) or RATE_LIMITED. */
  async run(
    realm: Realm,
    { token, newPassword }: { readonly token: string; readonly newPassword: string },
    caller: Caller,
  ): Promise<PasswordReset> {
    const { database, tokens, hashNewPassword, replace, proveAddress, check } = this.#deps;
    // Before anything is hashed: without a good token nobody costs us that.
    const found = await tokens.find(database, realm, [RESET_TOKEN], token);
    const { email } = await this.#ownerOf(database, realm, found.userId);
    const hash = await hashNewPassword(realm, newPassword, email, caller);
    const done = await database.transaction(async (sql) => {
      const { userId } = await tokens.spend(sql, realm, [RESET_TOKEN], token);
      const owner = await this.#ownerOf(sql, realm, userId);
      const address = owner.email.normalized;
      await proveAddress.ownLink(sql, realm, { userId: owner.userId, address }, caller);
      const change = { hash, keep: 'none' } as const;
      const endedSessions = await replace.run(sql, realm, owner, change, caller);
      return { userId: owner.userId, endedSessions };
    });
    await check.forgive(realm, email.normalized, caller);
    return done;
  }

  async #ownerOf(sql: SqlExecutor, realm: Realm, userId: string | null): Promise<Contact> {
    const owner = userId === null ? undefined : await findContact(sql, realm, userId);
    if (owner !== undefined) return owner;
    const message = 'This link is of no use any more.';
    throw new AuthError('TOKEN_REJECTED', message, { reason: 'EXPIRED' });
  }
}
