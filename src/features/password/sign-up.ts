import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { NewId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Limits } from '../../platform/limits/limits.js';
import type { Challenges } from '../challenges/index.js';
import type { Hooks } from '../hooks/index.js';
import type { Roles } from '../roles/index.js';
import type { IssuedSession, SessionIssuer } from '../sessions/index.js';
import { type Email, parseEmail } from '../users/index.js';
import type { AddPasswordUser } from './add-password-user.js';
import type { HashNewPassword } from './new-password.js';
import { SIGN_UP_PER_ADDRESS } from './password-limits.js';
import { PASSWORD_METHOD } from './password-method.js';
import { PASSWORD_SETTINGS } from './password-settings.js';
import type { StoreAdditions } from './store-additions.js';

export interface SignUpDeps {
  readonly database: Database;
  readonly roles: Roles;
  readonly limits: Limits;
  readonly issuer: SessionIssuer;
  readonly challenges: Challenges;
  readonly hashNewPassword: HashNewPassword;
  readonly addUser: AddPasswordUser;
  readonly newId: NewId;
  readonly hooks: Hooks;
  readonly additions: StoreAdditions;
}

export interface SignUpAttempt {
  readonly email: string;
  readonly password: string;
  /** Of the challenge that an earlier attempt was answered with, if it was. */
  readonly challengeSolution?: string | null | undefined;
}

/** Makes users with a password. Rejects with INVALID_EMAIL, WEAK_PASSWORD or EMAIL_TAKEN. */
export class SignUp {
  readonly #deps: SignUpDeps;

  constructor(deps: SignUpDeps) {
    this.#deps = deps;
  }

  /**
   * Makes a user and signs them in. Rejects with SIGN_UP_CLOSED unless the realm lets anybody in at
   * once, and with RATE_LIMITED, CHALLENGE_REQUIRED or REFUSED.
   */
  async run(realm: Realm, input: SignUpAttempt, caller: Caller): Promise<IssuedSession> {
    if (PASSWORD_SETTINGS.of(realm).signUp !== 'open') {
      throw new AuthError('SIGN_UP_CLOSED', 'New accounts cannot be made here like this.');
    }
    const { database, limits, challenges, hashNewPassword, addUser, issuer, hooks } = this.#deps;
    const email = addressOf(input);
    await challenges.demand(realm, 'sign-up', input.challengeSolution);
    await limits.spend(realm, SIGN_UP_PER_ADDRESS.of(caller.ipAddress));
    const { name: method, amr } = PASSWORD_METHOD;
    const facts = { email: email.typed, method };
    const added = await hooks.beforeSignUp(realm, { ...facts, step: 'created' }, caller);
    const hash = await hashNewPassword(realm, input.password, email, caller);
    const id = this.#deps.newId();
    const admission = await hooks.admitSignUp(realm, { userId: id, amr, added, ...facts }, caller);
    return database.transaction(async (sql) => {
      await addUser.run(sql, realm, { id, email, hash, roles: [] }, caller);
      await this.#deps.additions.run(sql, realm, id, added);
      return issuer.open(sql, realm, admission, caller);
    });
  }

  /**
   * Makes a user on somebody else's behalf, without signing them in; resolves to the user's id.
   * Rejects with INVALID_ROLE, too.
   */
  async create(
    realm: Realm,
    input: SignUpAttempt & { readonly roles: readonly string[] },
    caller: Caller,
  ): Promise<string> {
    const { database, roles, hashNewPassword, addUser } = this.#deps;
    const email = addressOf(input);
    const hash = await hashNewPassword(realm, input.password, email, caller);
    const user = { email, hash, roles: [...new Set(input.roles)] };
    return database.transaction(async (sql) => {
      await roles.assertKnown(sql, realm, user.roles);
      return addUser.run(sql, realm, user, caller);
    });
  }
}

/** Rejects with INVALID_EMAIL. */
export function addressOf({ email: text }: { readonly email: string }): Email {
  const email = parseEmail(text);
  if (email === undefined) throw new AuthError('INVALID_EMAIL', 'This is not an email address.');
  return email;
}
