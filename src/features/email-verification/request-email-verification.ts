import type { Caller } from '../../kernel/caller.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Limits } from '../../platform/limits/limits.js';
import type { Mails } from '../mail/index.js';
import { type OneTimeTokens, TOKEN_SETTINGS, tokenPurpose } from '../one-time-tokens/index.js';
import { VERIFY_EMAIL_PAGE } from '../password/index.js';
import { findContact } from '../users/index.js';
import { VERIFY_EMAIL_MAIL } from './email-verification.mail.js';

/** `address`: the normalised one that the mail went to. */
export const VERIFY_TOKEN = tokenPurpose<{ readonly address: string }>(
  'verify-email',
  (realm) => TOKEN_SETTINGS.of(realm).verificationTtl,
);

export interface RequestEmailVerificationDeps {
  readonly database: Database;
  readonly limits: Limits;
  readonly mails: Mails;
  readonly tokens: OneTimeTokens;
}

/** Sends a signed-in user a link that shows that their address is theirs. */
export class RequestEmailVerification {
  readonly #deps: RequestEmailVerificationDeps;

  constructor(deps: RequestEmailVerificationDeps) {
    this.#deps = deps;
  }

  /** Does nothing for an address that is verified. Rejects with RATE_LIMITED. */
  async run(realm: Realm, userId: string, caller: Caller): Promise<void> {
    const { database, limits, mails, tokens } = this.#deps;
    const user = await findContact(database, realm, userId);
    if (user === undefined || user.verified) return;
    const { email, language } = user;
    await limits.spendMessage(realm, email.normalized, caller);
    await database.transaction(async (sql) => {
      const owner = { userId, data: { address: email.normalized } };
      const issued = await tokens.issue(sql, realm, VERIFY_TOKEN, owner);
      const { token, expiresAt: validUntil } = issued;
      const link = mails.link(realm, VERIFY_EMAIL_PAGE, token);
      const data = { email: email.typed, link, validUntil: validUntil.toISOString() };
      const addressed = { to: email.typed, userId, language, data, validUntil };
      await mails.send(sql, realm, VERIFY_EMAIL_MAIL, addressed);
    });
  }
}
