import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { type Contact, findContact } from '../users/index.js';
import type { CheckPassword } from './check-password.js';

/** Who is signed in, in which session. */
export interface Viewer {
  readonly userId: string;
  readonly sessionId: string;
}

/** Asks a signed-in user for their password once more, before what cannot be taken back. */
export class ConfirmIdentity {
  readonly #sql: SqlExecutor;
  readonly #check: CheckPassword;

  constructor(sql: SqlExecutor, check: CheckPassword) {
    this.#sql = sql;
    this.#check = check;
  }

  /** Resolves to the user. Rejects with INVALID_CREDENTIALS or RATE_LIMITED. */
  async run(realm: Realm, { userId }: Viewer, password: string, caller: Caller): Promise<Contact> {
    const owner = await findContact(this.#sql, realm, userId);
    const claim = { address: owner?.email.normalized ?? '', password };
    const candidate = await this.#check.run(realm, claim, caller);
    if (owner === undefined || candidate?.userId !== userId)
      throw new AuthError('INVALID_CREDENTIALS', 'The current password is wrong.');
    return owner;
  }
}
