import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import { jobType } from '../../platform/jobs/job-type.js';
import type { Jobs } from '../../platform/jobs/jobs.js';
import type { Limits } from '../../platform/limits/limits.js';
import type { Mails } from '../mail/index.js';
import { type OneTimeTokens, TOKEN_SETTINGS, tokenPurpose } from '../one-time-tokens/index.js';
import { findContactByAddress, parseEmail } from '../users/index.js';
import { PASSWORD_RESET_MAIL, RESET_PASSWORD_PAGE } from './password-reset.mail.js';
import { RESET_REQUESTED } from './password-reset-events.js';

/** `address` is normalised; empty for what is no address. */
export interface ResetRequest {
  readonly address: string;
  readonly caller: Caller;
}

export const RESET_TOKEN = tokenPurpose(
  'reset-password',
  (realm) => TOKEN_SETTINGS.of(realm).resetTtl,
);

export const SEND_RESET_LINK = jobType<ResetRequest>(
  'password-reset.send-link',
  'Sends a link to a new password, if the address has an account',
);

export interface RequestPasswordResetDeps {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly limits: Limits;
  readonly events: Events;
  readonly mails: Mails;
  readonly tokens: OneTimeTokens;
}

/** Asks for a link to a new password. */
export class RequestPasswordReset {
  readonly #deps: RequestPasswordResetDeps;

  constructor(deps: RequestPasswordResetDeps) {
    this.#deps = deps;
  }

  /**
   * The same for everybody: whether the address has an account is looked up by a job, after the
   * answer, so that neither answer nor time tells (ASVS 6.3.8). Rejects with RATE_LIMITED.
   */
  async run(realm: Realm, email: string, caller: Caller): Promise<void> {
    const { database, jobs, limits } = this.#deps;
    const address = parseEmail(email)?.normalized ?? '';
    await limits.spendMessage(realm, address, caller);
    await jobs.send(database, realm, SEND_RESET_LINK, { address, caller });
  }

  /** The job. Its id is the mail's, too: one mail, however often it is tried. */
  async sendLink(realm: Realm, id: string, { address, caller }: ResetRequest): Promise<void> {
    const { database, events, mails, tokens } = this.#deps;
    await database.transaction(async (sql) => {
      const owner = await findContactByAddress(sql, realm, address);
      if (owner === undefined) return;
      const { userId, email, language } = owner;
      const issued = await tokens.issue(sql, realm, RESET_TOKEN, { userId, data: {} });
      const { token, expiresAt: validUntil } = issued;
      const link = mails.link(realm, RESET_PASSWORD_PAGE, token);
      const data = { email: email.typed, link, validUntil: validUntil.toISOString() };
      const addressed = { to: email.typed, userId, language, data, validUntil };
      await mails.sendOnce(sql, realm, id, PASSWORD_RESET_MAIL, addressed);
      await events.emit(sql, realm, RESET_REQUESTED, { caller, userId });
    });
  }
}
