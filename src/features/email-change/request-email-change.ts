import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import { jobType } from '../../platform/jobs/job-type.js';
import type { Jobs } from '../../platform/jobs/jobs.js';
import type { Limits } from '../../platform/limits/limits.js';
import type { Mails } from '../mail/index.js';
import { type OneTimeTokens, TOKEN_SETTINGS, tokenPurpose } from '../one-time-tokens/index.js';
import type { ConfirmIdentity } from '../password/index.js';
import { type Email, findContact, isAddressTaken, parseEmail } from '../users/index.js';
import {
  CONFIRM_EMAIL_CHANGE_PAGE,
  EMAIL_CHANGE_MAIL,
  EMAIL_CHANGE_REQUESTED_MAIL,
} from './email-change.mail.js';

/** Who wants which address, and the session that goes on when they have it. */
export interface EmailChange {
  readonly userId: string;
  readonly sessionId: string;
  readonly email: Email;
}

export const EMAIL_CHANGE_TOKEN = tokenPurpose<EmailChange>(
  'change-email',
  (realm) => TOKEN_SETTINGS.of(realm).verificationTtl,
);

export const SEND_CHANGE_LINK = jobType<EmailChange>(
  'email-change.send-link',
  'Sends a link to the new address, and tells the old one',
);

export interface RequestEmailChangeDeps {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly limits: Limits;
  readonly mails: Mails;
  readonly tokens: OneTimeTokens;
  readonly confirm: ConfirmIdentity;
}

/** Asks for another address (ASVS 7.5.1). */
export class RequestEmailChange {
  readonly #deps: RequestEmailChangeDeps;

  constructor(deps: RequestEmailChangeDeps) {
    this.#deps = deps;
  }

  /**
   * Whether the new address has an account is looked up by a job: users find out no more than
   * strangers. Rejects with INVALID_CREDENTIALS, INVALID_EMAIL or RATE_LIMITED.
   */
  async run(
    realm: Realm,
    { userId, sessionId }: Pick<EmailChange, 'userId' | 'sessionId'>,
    { newEmail, currentPassword }: { readonly newEmail: string; readonly currentPassword: string },
    caller: Caller,
  ): Promise<void> {
    const { database, jobs, limits, confirm } = this.#deps;
    const email = parseEmail(newEmail);
    if (email === undefined) throw new AuthError('INVALID_EMAIL', 'This is not an email address.');
    await confirm.run(realm, { userId, sessionId }, currentPassword, caller);
    await limits.spendMessage(realm, email.normalized, caller);
    await jobs.send(database, realm, SEND_CHANGE_LINK, { userId, sessionId, email });
  }

  /** The job. */
  async sendLink(realm: Realm, id: string, change: EmailChange): Promise<void> {
    const { database, mails, tokens } = this.#deps;
    const { userId, email } = change;
    await database.transaction(async (sql) => {
      const user = await findContact(sql, realm, userId);
      if (user === undefined || (await isAddressTaken(sql, realm, email.normalized))) return;
      const { language } = user;
      const issued = await tokens.issue(sql, realm, EMAIL_CHANGE_TOKEN, { userId, data: change });
      const { token, expiresAt: validUntil } = issued;
      const link = mails.link(realm, CONFIRM_EMAIL_CHANGE_PAGE, token);
      const data = { email: email.typed, link, validUntil: validUntil.toISOString() };
      const addressed = { to: email.typed, userId, language, data, validUntil };
      await mails.sendOnce(sql, realm, id, EMAIL_CHANGE_MAIL, addressed);
      const warning = { email: user.email.typed, newEmail: email.typed };
      const old = { to: user.email.typed, userId, language, data: warning };
      await mails.send(sql, realm, EMAIL_CHANGE_REQUESTED_MAIL, old);
    });
  }
}
