import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database, SqlExecutor } from '../../platform/database/database.js';
import type { OneTimeTokens } from '../one-time-tokens/index.js';
import { type ConfirmSignUp, type PendingSignUp, SIGN_UP_TOKEN } from '../password/index.js';
import { findContact, type ProveAddress } from '../users/index.js';
import { VERIFY_TOKEN } from './request-email-verification.js';

export interface VerifyEmailDeps {
  readonly database: Database;
  readonly tokens: OneTimeTokens;
  readonly proveAddress: ProveAddress;
  readonly confirmSignUp: ConfirmSignUp;
}

/** Follows a link of a mail: to an account's address, or to a sign-up that waits for it. */
export class VerifyEmail {
  readonly #deps: VerifyEmailDeps;

  constructor(deps: VerifyEmailDeps) {
    this.#deps = deps;
  }

  /** Resolves to the user's id. Rejects with TOKEN_REJECTED, EMAIL_TAKEN or REFUSED. */
  async run(realm: Realm, token: string, caller: Caller): Promise<string> {
    const { database, tokens, confirmSignUp } = this.#deps;
    const purposes = [VERIFY_TOKEN, SIGN_UP_TOKEN];
    const { purpose, data } = await tokens.find<object>(database, realm, purposes, token);
    if (purpose === VERIFY_TOKEN.name)
      return database.transaction((sql) => this.#verify(sql, realm, token, caller));
    const pending = data as PendingSignUp; // what goes with SIGN_UP_TOKEN
    const added = await confirmSignUp.mayConfirm(realm, pending, caller);
    return database.transaction(async (sql) => {
      await tokens.spend(sql, realm, [SIGN_UP_TOKEN], token);
      return confirmSignUp.confirm(sql, realm, { ...pending, added }, caller);
    });
  }

  async #verify(sql: SqlExecutor, realm: Realm, token: string, caller: Caller): Promise<string> {
    const { tokens, proveAddress } = this.#deps;
    const { userId, data } = await tokens.spend(sql, realm, [VERIFY_TOKEN], token);
    const user = userId === null ? undefined : await findContact(sql, realm, userId);
    if (user?.email.normalized !== data.address) {
      const message = 'The account has another address by now.';
      throw new AuthError('TOKEN_REJECTED', message, { reason: 'EXPIRED' });
    }
    await proveAddress.ownLink(sql, realm, { userId: user.userId, ...data }, caller);
    return user.userId;
  }
}
