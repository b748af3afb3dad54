import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database, SqlExecutor } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import type { Limits } from '../../platform/limits/limits.js';
import type { Roles } from '../roles/index.js';
import type { IssuedSession, SessionIssuer } from '../sessions/index.js';
import { addUser, type Email, parseEmail, USER_CREATED } from '../users/index.js';
import type { HashNewPassword } from './new-password.js';
import { insertPassword } from './password.store.js';
import { SIGN_UP_PER_ADDRESS } from './password-limits.js';
import { PASSWORD_METHOD } from './password-method.js';

export interface SignUpDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly events: Events;
  readonly roles: Roles;
  readonly limits: Limits;
  readonly issuer: SessionIssuer;
  readonly hashNewPassword: HashNewPassword;
}

interface SignUpInput {
  readonly email: string;
  readonly password: string;
}

/** Makes users with a password. Rejects with INVALID_EMAIL, WEAK_PASSWORD or EMAIL_TAKEN. */
export class SignUp {
  readonly #deps: SignUpDeps;

  constructor(deps: SignUpDeps) {
    this.#deps = deps;
  }

  /** Makes a user and signs them in. Rejects with RATE_LIMITED, too. */
  async run(realm: Realm, input: SignUpInput, caller: Caller): Promise<IssuedSession> {
    const email = addressOf(input);
    await this.#deps.limits.spend(realm, SIGN_UP_PER_ADDRESS.of(caller.ipAddress));
    const hash = await this.#deps.hashNewPassword(realm, input.password, email, caller);
    return this.#deps.database.transaction(async (sql) => {
      const userId = await this.#store(sql, realm, { email, hash, roles: [] }, caller);
      return this.#deps.issuer.open(sql, realm, { userId, amr: PASSWORD_METHOD.amr }, caller);
    });
  }

  /**
   * Makes a user on somebody else's behalf, without signing them in; resolves to the user's id.
   * Rejects with INVALID_ROLE, too.
   */
  async create(
    realm: Realm,
    input: SignUpInput & { readonly roles: readonly string[] },
    caller: Caller,
  ): Promise<string> {
    const email = addressOf(input);
    const hash = await this.#deps.hashNewPassword(realm, input.password, email, caller);
    const user = { email, hash, roles: [...new Set(input.roles)] };
    return this.#deps.database.transaction(async (sql) => {
      await this.#deps.roles.assertKnown(sql, realm, user.roles);
      return this.#store(sql, realm, user, caller);
    });
  }

  async #store(
    sql: SqlExecutor,
    realm: Realm,
    user: { readonly email: Email; readonly hash: string; readonly roles: readonly string[] },
    caller: Caller,
  ): Promise<string> {
    const { clock, newId, events } = this.#deps;
    const { email, hash, roles } = user;
    const [id, now] = [newId(), clock.now()];
    const method = PASSWORD_METHOD.name;
    const identityId = await addUser(sql, realm, { id, email, method, roles, createdAt: now });
    await insertPassword(sql, realm, { identityId, hash, now });
    await events.emit(sql, realm, USER_CREATED, { caller, userId: id, details: { method } });
    return id;
  }
}

function addressOf({ email: text }: SignUpInput): Email {
  const email = parseEmail(text);
  if (email === undefined) throw new AuthError('INVALID_EMAIL', 'This is not an email address.');
  return email;
}
