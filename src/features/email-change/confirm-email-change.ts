import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import type { Mails } from '../mail/index.js';
import type { OneTimeTokens } from '../one-time-tokens/index.js';
import type { EndSessions } from '../sessions/index.js';
import {
  changeAddress,
  findContact,
  isAddressTaken,
  lockAddress,
  USER_UPDATED,
} from '../users/index.js';
import { EMAIL_CHANGED_MAIL } from './email-change.mail.js';
import { EMAIL_CHANGE_TOKEN } from './request-email-change.js';

export interface ConfirmEmailChangeDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly mails: Mails;
  readonly tokens: OneTimeTokens;
  readonly endSessions: EndSessions;
}

/** Gives a user the address whose mail they read. */
export class ConfirmEmailChange {
  readonly #deps: ConfirmEmailChangeDeps;

  constructor(deps: ConfirmEmailChangeDeps) {
    this.#deps = deps;
  }

  /**
   * Ends the user's other sessions; resolves to their id. Rejects with TOKEN_REJECTED, or
   * EMAIL_TAKEN when somebody else got the address meanwhile.
   */
  async run(realm: Realm, token: string, caller: Caller): Promise<string> {
    const { database, clock, events, mails, tokens, endSessions } = this.#deps;
    return database.transaction(async (sql) => {
      const { data } = await tokens.spend(sql, realm, [EMAIL_CHANGE_TOKEN], token);
      const { userId, sessionId: exceptId, email } = data;
      await lockAddress(sql, realm, email.normalized);
      const user = await findContact(sql, realm, userId);
      if (user === undefined || (await isAddressTaken(sql, realm, email.normalized)))
        throw new AuthError('EMAIL_TAKEN', 'This email address has an account by now.');
      await changeAddress(sql, realm, user, email, clock.now());
      await tokens.expireAll(sql, realm, userId);
      await endSessions.run(sql, realm, { userId, exceptId }, 'email_changed', caller);
      await events.emit(sql, realm, USER_UPDATED, {
        caller,
        userId,
        details: { changed: ['email'] },
      });
      const { email: old, language } = user;
      const told = { email: old.typed, newEmail: email.typed };
      const addressed = { to: old.typed, userId, language, data: told };
      await mails.send(sql, realm, EMAIL_CHANGED_MAIL, addressed);
      return userId;
    });
  }
}
