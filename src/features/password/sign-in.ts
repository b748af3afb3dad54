import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import type { Hooks } from '../hooks/index.js';
import type { IssuedSession, SessionIssuer } from '../sessions/index.js';
import { parseEmail } from '../users/index.js';
import type { CheckPassword } from './check-password.js';
import { SIGN_IN_REFUSED } from './password-events.js';
import { PASSWORD_METHOD } from './password-method.js';

export interface SignInDeps {
  readonly database: Database;
  readonly events: Events;
  readonly issuer: SessionIssuer;
  readonly check: CheckPassword;
  readonly hooks: Hooks;
}

export interface SignInAttempt {
  readonly email: string;
  readonly password: string;
  /** Of a device that has signed in before. */
  readonly deviceToken?: string | undefined;
  readonly challengeSolution?: string | null | undefined;
}

/** Signs a user in with their password, always into a new session (ASVS 7.2.4). */
export class SignIn {
  readonly #deps: SignInDeps;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
  }

  /**
   * Rejects with INVALID_CREDENTIALS, the same for an unknown address and a wrong password,
   * RATE_LIMITED or CHALLENGE_REQUIRED; with REFUSED only when the password is right.
   */
  async run(
    realm: Realm,
    { email, password, deviceToken, challengeSolution: solution }: SignInAttempt,
    caller: Caller,
  ): Promise<IssuedSession> {
    const { database, events, issuer, check, hooks } = this.#deps;
    // Look up invalid addresses too: sign-in must take equally long.
    const address = parseEmail(email)?.normalized ?? '';
    const claim = { address, password, deviceToken, challenge: { solution } };
    const owner = await check.run(realm, claim, caller);
    if (owner === undefined) {
      await events.emit(database, realm, SIGN_IN_REFUSED, { caller });
      throw new AuthError('INVALID_CREDENTIALS', 'The email address or the password is wrong.');
    }
    const { amr } = PASSWORD_METHOD;
    const admission = await hooks.admitSignIn(realm, { userId: owner.userId, amr }, caller);
    return database.transaction((sql) => issuer.open(sql, realm, admission, caller));
  }
}
