import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { addUser, type Email, USER_CREATED } from '../users/index.js';
import { savePassword } from './password.store.js';
import { PASSWORD_METHOD } from './password-method.js';

export interface NewPasswordUser {
  /** Made anew unless given. */
  readonly id?: string;
  readonly email: Email;
  /** Absent for somebody who chooses one later, by an invitation. */
  readonly hash?: string;
  readonly roles: readonly string[];
}

export interface AddPasswordUserDeps {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly events: Events;
}

/** Stores users who sign in with a password, in the caller's transaction. */
export class AddPasswordUser {
  readonly #deps: AddPasswordUserDeps;

  constructor(deps: AddPasswordUserDeps) {
    this.#deps = deps;
  }

  /** Resolves to the user's id. Rejects with EMAIL_TAKEN. */
  async run(
    sql: SqlExecutor,
    realm: Realm,
    { id = this.#deps.newId(), email, hash, roles }: NewPasswordUser,
    caller: Caller,
  ): Promise<string> {
    const { clock, events } = this.#deps;
    const now = clock.now();
    const method = PASSWORD_METHOD.name;
    const { language } = caller;
    const user = { id, email, method, roles, createdAt: now, language };
    const identityId = await addUser(sql, realm, user);
    if (hash !== undefined) await savePassword(sql, realm, { identityId, hash, now });
    await events.emit(sql, realm, USER_CREATED, { caller, userId: id, details: { method } });
    return id;
  }
}
