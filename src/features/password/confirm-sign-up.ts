import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database, SqlExecutor } from '../../platform/database/database.js';
import type { SignUpAdditions } from '../../platform/hooks/hook-functions.js';
import { jobType } from '../../platform/jobs/job-type.js';
import type { Jobs } from '../../platform/jobs/jobs.js';
import type { Limits } from '../../platform/limits/limits.js';
import type { Challenges } from '../challenges/index.js';
import type { Hooks } from '../hooks/index.js';
import type { Mails } from '../mail/index.js';
import { type OneTimeTokens, TOKEN_SETTINGS, tokenPurpose } from '../one-time-tokens/index.js';
import {
  type Email,
  findContactByAddress,
  isAddressTaken,
  lockAddress,
  type ProveAddress,
} from '../users/index.js';
import type { AddPasswordUser } from './add-password-user.js';
import {
  ACCOUNT_EXISTS_MAIL,
  CONFIRM_SIGN_UP_MAIL,
  VERIFY_EMAIL_PAGE,
} from './confirm-sign-up.mail.js';
import type { HashNewPassword } from './new-password.js';
import { SIGN_UP_PER_ADDRESS } from './password-limits.js';
import { PASSWORD_METHOD } from './password-method.js';
import { addressOf, type SignUpAttempt } from './sign-up.js';
import type { StoreAdditions } from './store-additions.js';

/** An account that there will be when its address is confirmed. */
export interface PendingSignUp {
  readonly email: Email;
  readonly hash: string;
  readonly language: string | null;
}

/**
 * The link makes the account. A newer one does not take its place: else a stranger who signs up
 * with the address, too, would leave its owner with a link to the stranger's password.
 */
export const SIGN_UP_TOKEN = tokenPurpose<PendingSignUp>(
  'sign-up',
  (realm) => TOKEN_SETTINGS.of(realm).verificationTtl,
  { replacesOlder: false },
);

export const SIGN_UP_REQUESTED = jobType<PendingSignUp>(
  'password.confirm-sign-up',
  'Asks the owner of an address whether they signed up',
);

export interface ConfirmSignUpDeps {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly limits: Limits;
  readonly challenges: Challenges;
  readonly mails: Mails;
  readonly tokens: OneTimeTokens;
  readonly hashNewPassword: HashNewPassword;
  readonly addUser: AddPasswordUser;
  readonly proveAddress: ProveAddress;
  readonly hooks: Hooks;
  readonly additions: StoreAdditions;
}

/** Signing up where an account exists only once its address is confirmed. */
export class ConfirmSignUp {
  readonly #deps: ConfirmSignUpDeps;

  constructor(deps: ConfirmSignUpDeps) {
    this.#deps = deps;
  }

  /**
   * Does the same whether or not the address has an account: a job looks. Rejects with
   * INVALID_EMAIL, WEAK_PASSWORD, RATE_LIMITED or CHALLENGE_REQUIRED.
   */
  async request(realm: Realm, input: SignUpAttempt, caller: Caller): Promise<void> {
    const { database, jobs, limits, challenges, hashNewPassword } = this.#deps;
    const email = addressOf(input);
    await challenges.demand(realm, 'sign-up', input.challengeSolution);
    await limits.spend(realm, SIGN_UP_PER_ADDRESS.of(caller.ipAddress));
    await limits.spendMessage(realm, email.normalized, caller);
    const asked = { email: email.typed, method: PASSWORD_METHOD.name, step: 'requested' } as const;
    await this.#deps.hooks.beforeSignUp(realm, asked, caller);
    const hash = await hashNewPassword(realm, input.password, email, caller);
    const { language } = caller;
    await jobs.send(database, realm, SIGN_UP_REQUESTED, { email, hash, language });
  }

  /** The job: one mail, of one of two kinds. `id` is the mail's, too, so that there is one. */
  async sendMail(realm: Realm, id: string, pending: PendingSignUp): Promise<void> {
    const { email, language } = pending;
    await this.#deps.database.transaction(async (sql) => {
      await lockAddress(sql, realm, email.normalized);
      if (await isAddressTaken(sql, realm, email.normalized))
        await this.#sayItExists(sql, realm, id, email, language);
      else await this.#askToConfirm(sql, realm, id, pending);
    });
  }

  /** Whether there may be this user, and what a hook adds. Rejects with REFUSED. */
  mayConfirm(realm: Realm, { email }: PendingSignUp, caller: Caller): Promise<SignUpAdditions> {
    const facts = { email: email.typed, method: PASSWORD_METHOD.name };
    return this.#deps.hooks.beforeSignUp(realm, { ...facts, step: 'created' }, caller);
  }

  /** Makes the user of a spent token; resolves to the id. Rejects with EMAIL_TAKEN. */
  async confirm(
    sql: SqlExecutor,
    realm: Realm,
    { email, hash, language, added }: PendingSignUp & { readonly added: SignUpAdditions },
    caller: Caller,
  ): Promise<string> {
    const { addUser, proveAddress, hooks, additions } = this.#deps;
    const user = { email, hash, roles: [] };
    const userId = await addUser.run(sql, realm, user, { ...caller, language });
    await additions.run(sql, realm, userId, added);
    await proveAddress.ownLink(sql, realm, { userId, address: email.normalized }, caller);
    const signedUp = { userId, email: email.typed, method: PASSWORD_METHOD.name };
    await sql.afterCommit(() => hooks.afterSignUp(realm, signedUp, caller));
    return userId;
  }

  async #sayItExists(
    sql: SqlExecutor,
    realm: Realm,
    id: string,
    email: Email,
    language: string | null,
  ): Promise<void> {
    const { mails } = this.#deps;
    const owner = await findContactByAddress(sql, realm, email.normalized);
    const data = { email: email.typed, appUrl: mails.appUrl(realm) };
    const to = { to: email.typed, userId: owner?.userId ?? null };
    const addressed = { ...to, language: owner?.language ?? language, data };
    await mails.sendOnce(sql, realm, id, ACCOUNT_EXISTS_MAIL, addressed);
  }

  async #askToConfirm(
    sql: SqlExecutor,
    realm: Realm,
    id: string,
    pending: PendingSignUp,
  ): Promise<void> {
    const { mails, tokens } = this.#deps;
    const { email, language } = pending;
    const owner = { userId: null, subject: email.normalized, data: pending };
    const { token, expiresAt } = await tokens.issue(sql, realm, SIGN_UP_TOKEN, owner);
    const link = mails.link(realm, VERIFY_EMAIL_PAGE, token);
    const data = { email: email.typed, link, validUntil: expiresAt.toISOString() };
    const addressed = { to: email.typed, userId: null, language, data, validUntil: expiresAt };
    await mails.sendOnce(sql, realm, id, CONFIRM_SIGN_UP_MAIL, addressed);
  }
}
